import type { Extracted } from './extract.ts';
import { walkMarkup } from './markup.ts';
import { TextBuilder } from './text-builder.ts';

/** What nobody reads: programs, styles, drawings, what stands there in case the page cannot do something. */
const unread = new Set(
  'script style noscript template svg math iframe object embed canvas audio video select'.split(' '),
);
const blocks = new Set(
  `address article aside blockquote body dd details div dl dt fieldset figcaption figure footer form header hr html main
nav ol p section summary table tbody tfoot thead ul`.split(/\s+/),
);

/** The words of a page as Markdown: headings, paragraphs, list items, rows, code. Scripts are never run, nor kept. */
export async function extractHtml(source: string): Promise<Omit<Extracted, 'mime'>> {
  const page = new Page();
  await walkMarkup(source, 'html', {
    open: (name) => page.open(name),
    close: (name) => page.close(name),
    text: (text) => page.text(text),
  });
  const { text } = page.builder;
  return { text, title: page.title.replace(/\s+/g, ' ').trim() || page.builder.title };
}

class Page {
  readonly builder = new TextBuilder();
  title = '';
  #unread = 0;
  #inTitle = false;
  #code: string | undefined;
  #cells: string[] | undefined;

  open(name: string): void {
    if (unread.has(name)) this.#unread += 1;
    else if (name === 'title') this.#inTitle = this.title === '';
    else if (name === 'br') this.text('\n', 'kept');
    else if (this.#cells && (name === 'td' || name === 'th')) this.#cells.push('');
    else if (this.#cells)
      return; // what stands in a cell stays in it
    else if (name === 'tr') {
      this.builder.close();
      this.#cells = [];
    } else if (name === 'pre') {
      this.builder.close();
      this.#code = '';
    } else if (name === 'li' || /^h[1-6]$/.test(name) || blocks.has(name)) this.builder.close();
  }

  close(name: string): void {
    if (unread.has(name)) this.#unread -= 1;
    else if (name === 'title') this.#inTitle = false;
    else if (name === 'tr' && this.#cells) {
      const cells = this.#cells;
      this.#cells = undefined;
      this.builder.row(cells);
    } else if (this.#cells) return;
    else if (name === 'pre' && this.#code !== undefined) {
      const code = this.#code.replace(/^\n+|\s+$/g, '');
      this.#code = undefined;
      if (code !== '') this.builder.verbatim(`\`\`\`\n${code.replaceAll('```', "'''")}\n\`\`\``);
    } else if (/^h[1-6]$/.test(name)) this.builder.close(`${'#'.repeat(Number(name[1]))} `);
    else if (name === 'li') this.builder.close('- ');
    else if (blocks.has(name)) this.builder.close();
  }

  /** kept: a line border of the page; otherwise line ends of the source are blank space. */
  text(text: string, ends: 'kept' | 'blank' = 'blank'): void {
    if (this.#unread > 0) return;
    if (this.#inTitle) this.title += text;
    else if (this.#code !== undefined) this.#code += text;
    else if (this.#cells) this.#cells.push((this.#cells.pop() ?? '') + text);
    else this.builder.add(ends === 'kept' ? text : text.replace(/\s+/g, ' '));
  }
}
