import type { Extracted } from './extract.ts';
import { type Attributes, walkMarkup } from './markup.ts';
import { TextBuilder } from './text-builder.ts';
import { type Members, memberText } from './zip.ts';

const unread = new Set(['office:annotation', 'text:tracked-changes', 'office:scripts', 'svg:desc', 'svg:title']);

/** The text of an odt, odp or ods file: headings, paragraphs, list items, rows; slides and sheets by name. */
export async function extractOpenDocument(members: Members): Promise<Omit<Extracted, 'mime'>> {
  const body = new Body();
  await walkMarkup(memberText(members, 'content.xml'), 'xml', {
    open: (name, attributes) => body.open(name, attributes),
    close: (name) => body.close(name),
    text: (text) => body.text(text),
  });
  const { text } = body.builder;
  return { text, title: body.builder.title };
}

class Body {
  readonly builder = new TextBuilder();
  #unread = 0;
  #paragraphs = 0;
  #level = 1;
  #items = 0;
  #slides = 0;
  #cells: string[] | undefined;

  open(name: string, attributes: Attributes): void {
    if (unread.has(name)) this.#unread += 1;
    else if (name === 'text:p' || name === 'text:h') {
      this.#paragraphs += 1;
      this.#level = Number(attributes['text:outline-level'] ?? 1) || 1;
    } else if (name === 'text:list-item') this.#items += 1;
    else if (name === 'text:tab' || name === 'text:s') this.#add(' ');
    else if (name === 'text:line-break') this.#add('\n');
    else if (name === 'draw:page') this.#slide(attributes['draw:name'] ?? '');
    else if (name === 'presentation:notes') this.builder.heading(2, 'Notes');
    else if (name === 'table:table') this.#sheet(attributes['table:name']);
    else if (name === 'table:table-row') this.#cells ??= [];
    else if (name === 'table:table-cell' || name === 'table:covered-table-cell') this.#cells?.push('');
  }

  close(name: string): void {
    if (unread.has(name)) this.#unread -= 1;
    else if (name === 'text:p' || name === 'text:h') this.#endParagraph(name);
    else if (name === 'text:list-item') this.#items -= 1;
    else if (name === 'table:table-row' && this.#cells) {
      const cells = this.#cells;
      this.#cells = undefined;
      this.builder.row(cells);
    }
  }

  text(text: string): void {
    if (this.#paragraphs > 0) this.#add(text);
  }

  #endParagraph(name: string): void {
    this.#paragraphs -= 1;
    if (this.#cells) this.#add(' ');
    else if (name === 'text:h') this.builder.close(`${'#'.repeat(Math.min(Math.max(this.#level, 1), 6))} `);
    else this.builder.close(this.#items > 0 ? '- ' : '');
  }

  #add(text: string): void {
    if (this.#unread > 0) return;
    if (this.#cells) this.#cells.push((this.#cells.pop() ?? '') + text);
    else this.builder.add(text);
  }

  /** Names that the program made say nothing. */
  #slide(name: string): void {
    this.#slides += 1;
    const own = /^(?:page|slide|folie)?\s*\d*$/i.test(name) ? '' : `: ${name}`;
    this.builder.heading(1, `Slide ${this.#slides}${own}`);
  }

  #sheet(name: string | undefined): void {
    if (name && this.#cells === undefined) this.builder.heading(1, name);
  }
}
