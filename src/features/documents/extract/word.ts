import type { Extracted } from './extract.ts';
import { walkMarkup } from './markup.ts';
import { TextBuilder } from './text-builder.ts';
import { type Members, memberText } from './zip.ts';

/** The text of a docx file: headings by their style, paragraphs, list items, rows of tables, footnotes. */
export async function extractWord(members: Members): Promise<Omit<Extracted, 'mime'>> {
  const builder = new TextBuilder();
  const levels = await headingLevels(memberText(members, 'word/styles.xml'));
  for (const part of ['word/document.xml', 'word/footnotes.xml', 'word/endnotes.xml']) {
    await readBody(memberText(members, part), levels, builder);
  }
  const { text } = builder;
  return { text, title: builder.title };
}

/** Which styles are headings, of which level: by the outline level, else by the name Word gives them in every language. */
async function headingLevels(source: string): Promise<ReadonlyMap<string, number>> {
  const levels = new Map<string, number>();
  let style = '';
  await walkMarkup(source, 'xml', {
    open: (name, attributes) => {
      if (name === 'w:style') style = attributes['w:styleId'] ?? '';
      const value = attributes['w:val'] ?? '';
      if (name === 'w:outlineLvl' && Number(value) < 9) levels.set(style, Number(value) + 1);
      const [, level] = name === 'w:name' ? (/^heading (\d)$/i.exec(value) ?? []) : [];
      if (level !== undefined) levels.set(style, Number(level));
      if (name === 'w:name' && /^title$/i.test(value)) levels.set(style, 1);
    },
  });
  return levels;
}

async function readBody(source: string, levels: ReadonlyMap<string, number>, builder: TextBuilder): Promise<void> {
  let mark = '';
  let inText = false;
  let skipped = 0;
  let cells: string[] | undefined;
  const add = (text: string) => {
    if (skipped > 0) return;
    if (cells) cells.push((cells.pop() ?? '') + text);
    else builder.add(text);
  };
  await walkMarkup(source, 'xml', {
    open: (name, attributes) => {
      const value = attributes['w:val'] ?? '';
      if (name === 'mc:Fallback') skipped += 1;
      else if (name === 'w:t') inText = true;
      else if (name === 'w:p') mark = '';
      else if (name === 'w:pStyle') mark = levelMark(levels.get(value) ?? levelByName(value)) || mark;
      else if (name === 'w:numPr' && mark === '') mark = '- ';
      else if (name === 'w:tab') add('\t');
      else if (name === 'w:br' || name === 'w:cr') add('\n');
      else if (name === 'w:tr') cells ??= [];
      else if (name === 'w:tc') cells?.push('');
    },
    close: (name) => {
      if (name === 'mc:Fallback') skipped -= 1;
      else if (name === 'w:t') inText = false;
      else if (name === 'w:p') {
        if (cells) add(' ');
        else builder.close(mark);
      } else if (name === 'w:tr' && cells) {
        const row = cells;
        cells = undefined;
        builder.row(row);
      }
    },
    text: (text) => {
      if (inText) add(text);
    },
  });
  builder.close();
}

function levelByName(style: string): number | undefined {
  const [, level] = /^Heading(\d)$/i.exec(style) ?? [];
  return level === undefined ? undefined : Number(level);
}

function levelMark(level: number | undefined): string {
  return level === undefined || level < 1 ? '' : `${'#'.repeat(Math.min(level, 6))} `;
}
