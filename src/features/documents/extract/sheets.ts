import type { Extracted } from './extract.ts';
import { walkMarkup } from './markup.ts';
import { relationsOf } from './relations.ts';
import { TextBuilder } from './text-builder.ts';
import { type Members, memberText } from './zip.ts';

/** Values of an xlsx file, sheet by sheet, row by row. Formulas are not computed: the value that was saved counts. */
export async function extractSheets(members: Members): Promise<Omit<Extracted, 'mime'>> {
  const builder = new TextBuilder();
  const shared = await sharedStrings(memberText(members, 'xl/sharedStrings.xml'));
  for (const { name, part } of await sheetParts(members)) {
    builder.heading(1, name);
    await readRows(memberText(members, part), shared, builder);
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

async function readRows(source: string, shared: readonly string[], builder: TextBuilder): Promise<void> {
  let row: string[] = [];
  let type = '';
  let value = '';
  let inValue = false;
  await walkMarkup(source, 'xml', {
    open: (name, attributes) => {
      if (name === 'row') row = [];
      else if (name === 'c') [type, value] = [attributes['t'] ?? '', ''];
      else if (name === 'v' || name === 't') inValue = true;
    },
    close: (name) => {
      if (name === 'v' || name === 't') inValue = false;
      else if (name === 'c') row.push(shown(type, value, shared));
      else if (name === 'row') builder.row(row);
    },
    text: (text) => {
      if (inValue) value += text;
    },
  });
}

function shown(type: string, value: string, shared: readonly string[]): string {
  if (type === 's') return shared[Number(value)] ?? '';
  if (type === 'b') return value === '1' ? 'TRUE' : 'FALSE';
  return value;
}
