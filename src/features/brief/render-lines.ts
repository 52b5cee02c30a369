// Lines, sections and how they are brought under a cap: what is worth least goes first, a line stays whole.
import { canonical } from '../../core/canonical.ts';
import { cut } from '../../core/clean.ts';
import { estimateTokens } from '../../core/tokens.ts';

/** keep: of two lines the one with the smaller number is left out first. */
export interface Line {
  readonly ent: string;
  readonly text: string;
  readonly why: string;
  readonly keep: number;
}

export interface Section {
  /** Given the number of lines that stayed; a section without lines is not shown. */
  readonly heading: (shown: number) => string;
  readonly lines: readonly Line[];
}

export interface Cap {
  readonly tokens: number;
  readonly chars: number;
}

export const lineUnits = 400;

/** A line of the brief; text: already cleaned, part by part. */
export function line(ent: string, text: string, about: { readonly why: string; readonly keep: number }): Line {
  return { ent, text: `- ${cut(text, lineUnits - 2)}`, ...about };
}

/** A stored value as text: a text as it is, anything else as canonical JSON. */
export function valueText(value: unknown): string {
  return typeof value === 'string' ? value : canonical(value);
}

/** The sections with as many of their most valuable lines as the cap allows; whole: the text they would make. */
export function fitted(
  sections: readonly Section[],
  cap: Cap,
  whole: (sections: readonly Section[]) => string,
): readonly Section[] {
  const gone = new Set<Line>();
  // of equals the later one goes first
  const order = sections.flatMap((section) => section.lines).reverse();
  order.sort((a, b) => a.keep - b.keep);
  for (const candidate of [undefined, ...order]) {
    if (candidate !== undefined) gone.add(candidate);
    const rest = sections.map(({ heading, lines }) => ({ heading, lines: lines.filter((one) => !gone.has(one)) }));
    const text = whole(rest);
    if (text.length <= cap.chars && estimateTokens(text) <= cap.tokens) return rest;
  }
  return [];
}

/** Sections as text: heading, lines, a blank line between sections; '' without any line. */
export function sectionsText(sections: readonly Section[]): string {
  return sections
    .filter((section) => section.lines.length > 0)
    .map(({ heading, lines }) => [heading(lines.length), ...lines.map((one) => one.text)].join('\n'))
    .join('\n\n');
}
