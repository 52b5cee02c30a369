import type { Extracted } from './extract.ts';
import { walkMarkup } from './markup.ts';
import { relationsOf } from './relations.ts';
import { dateStyles, dateText } from './sheet-dates.ts';
import { TextBuilder } from './text-builder.ts';
import { type Members, memberText } from './zip.ts';

/** Values of an xlsx file, sheet by sheet, row by row. Formulas are not computed: the value that was saved counts. */
export async function extractSheets(members: Members): Promise<Omit<Extracted, 'mime'>> {
  const builder = new TextBuilder();
  const known = {
    shared: await sharedStrings(memberText(members, 'xl/sharedStrings.xml')),
    dates: await dateStyles(memberText(members, 'xl/styles.xml')),
  };
  for (const { name, part } of await sheetParts(members)) {
    builder.heading(1, name);
    await readRows(memberText(members, part), known, builder);
  }
  const { text } = builder;
  return { text };
}

async function sheetParts(members: Members): Promise<readonly { name: string; part: string }[]> {
  const workbook = 'xl/workbook.xml';
  const targets = new Map((await relationsOf(members, workbook)).map(({ id, target }) => [id, target]));
  const sheets: { name: string; part: string }[] = [];
  await walkMarkup(memberText(members, workbook), 'xml', {
    open: (tag, attributes) => {
      if (tag !== 'sheet') return;
      const number = sheets.length + 1;
      const part = targets.get(attributes['r:id'] ?? '') ?? `xl/worksheets/sheet${number}.xml`;
      sheets.push({ name: attributes['name'] || `Sheet ${number}`, part });
    },
  });
  return sheets;
}

async function sharedStrings(source: string): Promise<readonly string[]> {
  const strings: string[] = [];
  let text = '';
  let inText = false;
  let aloud = 0; // how a word is spoken stands beside it
  await walkMarkup(source, 'xml', {
    open: (name) => {
      if (name === 'si') text = '';
      else if (name === 'rPh') aloud += 1;
      else if (name === 't') inText = aloud === 0;
    },
    close: (name) => {
      if (name === 'si') strings.push(text);
      else if (name === 'rPh') aloud -= 1;
      else if (name === 't') inText = false;
    },
    text: (piece) => {
      if (inText) text += piece;
    },
  });
  return strings;
}

interface Known {
  readonly shared: readonly string[];
  /** Styles that show a number as a day or a time. */
  readonly dates: ReadonlySet<string>;
}

async function readRows(source: string, known: Known, builder: TextBuilder): Promise<void> {
  let row: string[] = [];
  let type = '';
  let style = '';
  let value = '';
  let inValue = false;
  await walkMarkup(source, 'xml', {
    open: (name, attributes) => {
      if (name === 'row') row = [];
      else if (name === 'c') [type, style, value] = [attributes['t'] ?? '', attributes['s'] ?? '', ''];
      else if (name === 'v' || name === 't') inValue = true;
    },
    close: (name) => {
      if (name === 'v' || name === 't') inValue = false;
      else if (name === 'c') row.push(shown({ type, style, value }, known));
      else if (name === 'row') builder.row(row);
    },
    text: (text) => {
      if (inValue) value += text;
    },
  });
}

interface Cell {
  readonly type: string;
  readonly style: string;
  readonly value: string;
}

function shown({ type, style, value }: Cell, { shared, dates }: Known): string {
  if (type === 's') return shared[Number(value)] ?? '';
  if (type === 'b') return value === '1' ? 'TRUE' : 'FALSE';
  return (type === '' || type === 'n') && dates.has(style) ? dateText(value) : value;
}
