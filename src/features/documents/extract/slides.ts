import type { Extracted } from './extract.ts';
import { walkMarkup } from './markup.ts';
import { relationsOf } from './relations.ts';
import { TextBuilder } from './text-builder.ts';
import { type Members, memberText } from './zip.ts';

/** The text of a pptx file, slide by slide in the order of the show, each with its title and its notes. */
export async function extractSlides(members: Members): Promise<Omit<Extracted, 'mime'>> {
  const builder = new TextBuilder();
  let title: string | undefined;
  for (const [index, part] of (await slideParts(members)).entries()) {
    const slide = await readShapes(memberText(members, part));
    title ??= slide.title || undefined;
    builder.heading(1, slide.title === '' ? `Slide ${index + 1}` : `Slide ${index + 1}: ${slide.title}`);
    for (const line of slide.lines) addParagraph(builder, line);
    const notes = (await relationsOf(members, part)).find(({ kind }) => kind === 'notesSlide');
    const { lines } = notes ? await readShapes(memberText(members, notes.target)) : { lines: [] };
    const said = lines.filter((line) => !/^\d+$/.test(line)); // the number of the slide stands on its notes, too
    if (said.length > 0) builder.heading(2, 'Notes');
    for (const line of said) addParagraph(builder, line);
  }
  return { text: builder.text, title };
}

function addParagraph(builder: TextBuilder, line: string): void {
  builder.add(line);
  builder.close();
}

async function slideParts(members: Members): Promise<readonly string[]> {
  const presentation = 'ppt/presentation.xml';
  const targets = new Map((await relationsOf(members, presentation)).map(({ id, target }) => [id, target]));
  const order: string[] = [];
  await walkMarkup(memberText(members, presentation), 'xml', {
    open: (name, attributes) => {
      if (name === 'p:sldId') order.push(targets.get(attributes['r:id'] ?? '') ?? '');
    },
  });
  const listed = order.filter((part) => members.has(part));
  return listed.length > 0 ? listed : numbered([...members.keys()]);
}

/** A file whose list of slides cannot be read still has them, by number. */
function numbered(names: readonly string[]): readonly string[] {
  const numberOf = (name: string) => Number(/^ppt\/slides\/slide(\d+)\.xml$/.exec(name)?.[1] ?? Number.NaN);
  return names.filter((name) => !Number.isNaN(numberOf(name))).sort((a, b) => numberOf(a) - numberOf(b));
}

interface Shapes {
  readonly title: string;
  readonly lines: readonly string[];
}

async function readShapes(source: string): Promise<Shapes> {
  const lines: string[] = [];
  let title = '';
  let isTitle = false;
  let inText = false;
  let line = '';
  await walkMarkup(source, 'xml', {
    open: (name, { type }) => {
      if (name === 'p:sp') isTitle = false;
      else if (name === 'p:ph') isTitle = type === 'title' || type === 'ctrTitle';
      else if (name === 'a:t') inText = true;
      else if (name === 'a:br' || name === 'a:tab') line += ' ';
    },
    close: (name) => {
      if (name === 'a:t') inText = false;
      if (name !== 'a:p') return;
      const text = line.replace(/\s+/g, ' ').trim();
      line = '';
      if (text === '') return;
      if (isTitle) title = title === '' ? text : `${title} ${text}`;
      else lines.push(text);
    },
    text: (text) => {
      if (inText) line += text;
    },
  });
  return { title, lines };
}
