import { PrsistError } from '../../../core/errors.ts';
import { limits } from '../../../core/limits.ts';

/**
 * Puts a text together as Markdown: headings, paragraphs, rows of tables. Stops with limit/too-large as soon as it is
 * larger than a document may be, however much more the file would give.
 */
export class TextBuilder {
  readonly #blocks: string[] = [];
  #length = 0;
  #open = '';
  #title: string | undefined;

  /** Adds to the open paragraph; blank space is one space. */
  add(text: string): void {
    this.#grow(text.length);
    this.#open += text;
  }

  /** Closes the open paragraph. mark: what stands before it: `# `, `- `. */
  close(mark = ''): void {
    const text = this.#open
      .replace(/[ \t\r\f\v\u00a0]+/g, ' ')
      .replace(/ ?\n ?/g, '\n')
      .trim();
    this.#open = '';
    if (text === '') return;
    if (mark.startsWith('#')) this.#title ??= text.replaceAll('\n', ' ');
    this.#block(mark === '' ? escaped(text) : mark + text.replaceAll('\n', ' '));
  }

  /** A block as it is. */
  verbatim(text: string): void {
    this.#grow(text.length);
    if (text.trim() !== '') this.#block(text.replace(/^\n+|\s+$/g, ''));
  }

  heading(level: number, text: string): void {
    this.close();
    this.add(text);
    this.close(`${'#'.repeat(Math.min(Math.max(level, 1), 6))} `);
  }

  /** Cells of a row; a row of blank ones is left out. */
  row(cells: readonly string[]): void {
    const shown = cells.map((cell) => cell.replace(/\s+/g, ' ').trim());
    while (shown.at(-1) === '') shown.pop();
    if (shown.length === 0) return;
    this.add(shown.length === 1 ? (shown[0] ?? '') : `| ${shown.join(' | ')} |`);
    this.close();
  }

  /** First heading, when there is one. */
  get title(): string | undefined {
    return this.#title;
  }

  /** Everything until now; list items and rows that follow one another stand close together. */
  get text(): string {
    this.close();
    return this.#blocks
      .map((block, n) => {
        const before = this.#blocks[n - 1];
        if (before === undefined) return block;
        return (isItem(block) && isItem(before) ? '\n' : '\n\n') + block;
      })
      .join('');
  }

  #block(text: string): void {
    this.#grow(2);
    this.#blocks.push(text);
  }

  #grow(by: number): void {
    this.#length += by;
    // marks and blank space count once more: the text that is kept is measured again, exactly
    if (this.#length > 3 * limits.documentBytes) {
      throw new PrsistError('limit/too-large', `it holds more than ${limits.documentBytes} bytes of text`);
    }
  }
}

/** What would be a heading or begin code in Markdown is words here. */
function escaped(text: string): string {
  return text.replace(/^(?=#{1,6}\s|```|~~~)/gm, '\\');
}

function isItem(block: string): boolean {
  return /^(?:- |\| )/.test(block);
}
