// How a document is cut for search: by its headings, then by its paragraphs. Pure, so that a part is the same whenever
// it is cut again.
import { cutParts } from './excerpt.ts';

export interface DocumentPart {
  /** Headings above the part, outermost first; the part's own heading is the last. */
  readonly headings: readonly string[];
  readonly text: string;
}

interface Section {
  readonly headings: readonly string[];
  readonly lines: string[];
}

const headingForm = /^(#{1,6})[ \t]+(\S.*?)[ \t]*#*[ \t]*$/;
const fenceForm = /^ {0,3}(`{3,}|~{3,})/;
/** Longer lines are no headings, whatever they begin with. */
const headingChars = 1_000;
/** Texts in which a line that begins with # is no heading. */
const plainForm = /^text\/(?!markdown$|html$)/;

/** True for texts that are cut at their headings: Markdown, and what was taken out of HTML, PDF and office files. */
export function hasHeadings(mime: string): boolean {
  return !plainForm.test(mime);
}

/** The parts of a document as they are indexed and found. [] for a blank one; part number = position in the list. */
export function documentParts(text: string, mime: string): readonly DocumentPart[] {
  if (!hasHeadings(mime)) return cutParts(text).map((part) => ({ headings: [], text: part }));
  return sections(text).flatMap(({ headings, lines }) =>
    cutParts(lines.join('\n').trim()).map((part) => ({ headings, text: part })),
  );
}

/** What a text calls itself: `title:` of its front matter, else its first heading; undefined when it has neither. */
export function titleIn(text: string, mime: string): string | undefined {
  if (!hasHeadings(mime)) return undefined;
  const matter = /^---\r?\n([\s\S]{0,4000}?)\r?\n---\r?(?:\n|$)/.exec(text)?.[1];
  const named = matter && /^title:[ \t]*(["']?)(.+?)\1[ \t]*\r?$/m.exec(matter)?.[2];
  return (
    named ||
    sections(text)
      .find(({ headings }) => headings.length > 0)
      ?.headings.at(-1)
  );
}

function sections(text: string): readonly Section[] {
  const all: Section[] = [{ headings: [], lines: [] }];
  let open: { level: number; title: string }[] = [];
  let fence: string | undefined;
  for (const line of text.split('\n')) {
    const mark = fenceForm.exec(line)?.[1];
    if (fence !== undefined) {
      if (mark?.startsWith(fence)) fence = undefined;
    } else if (mark !== undefined) fence = mark;
    else {
      const [, hashes = '', title = ''] = (line.length <= headingChars && headingForm.exec(line)) || [];
      if (title !== '') {
        open = [...open.filter(({ level }) => level < hashes.length), { level: hashes.length, title }];
        all.push({ headings: open.map((each) => each.title), lines: [] });
      }
    }
    all.at(-1)?.lines.push(line);
  }
  return all;
}
