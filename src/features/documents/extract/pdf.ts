import { PrsistError } from '../../../core/errors.ts';
import { limits } from '../../../core/limits.ts';
import type { Extracted } from './extract.ts';
import { TextBuilder } from './text-builder.ts';

/** The words of a PDF, page by page. Nothing in it is run, no font is loaded, nothing is fetched. */
export async function extractPdf(bytes: Uint8Array): Promise<Omit<Extracted, 'mime'>> {
  const { getDocumentProxy } = await import('unpdf');
  const options = { isEvalSupported: false, disableFontFace: true, useSystemFonts: false, stopAtErrors: false };
  try {
    // a copy: the parser takes the bytes for its own, and no Buffer
    const pdf = await getDocumentProxy(Uint8Array.from(bytes), { ...options, enableXfa: false, verbosity: 0 });
    try {
      const text = await pages(pdf);
      return { text, title: (await titleOf(pdf)) ?? firstLine(text) };
    } finally {
      await pdf.loadingTask.destroy();
    }
  } catch (error) {
    throw faultOf(error);
  }
}

type Pdf = Awaited<ReturnType<typeof import('unpdf')['getDocumentProxy']>>;

async function pages(pdf: Pdf): Promise<string> {
  const builder = new TextBuilder();
  if (pdf.numPages > limits.jsonMembers) throw new PrsistError('limit/too-large', `it has ${pdf.numPages} pages`);
  let words = 0;
  for (let number = 1; number <= pdf.numPages; number += 1) {
    const page = await pdf.getPage(number);
    const { items } = await page.getTextContent();
    builder.heading(1, `Page ${number}`);
    for (const item of items) {
      if (!('str' in item)) continue;
      words += item.str.trim() === '' ? 0 : 1;
      builder.add(item.hasEOL ? `${item.str}\n` : item.str);
    }
    builder.close();
    page.cleanup();
  }
  if (words > 0) return builder.text;
  throw new PrsistError('document/unsupported', 'its pages hold pictures and no text', {
    hint: 'run a text recognition over it first, for example: ocrmypdf in.pdf out.pdf',
  });
}

async function titleOf(pdf: Pdf): Promise<string | undefined> {
  const { info } = await pdf.getMetadata();
  const title = 'Title' in info ? info.Title : undefined;
  return typeof title === 'string' && title.trim() !== '' ? title.trim() : undefined;
}

/** Most often the title stands first on the first page. */
function firstLine(text: string): string | undefined {
  return text.split('\n').find((line) => /\p{L}{3}/u.test(line) && !line.startsWith('# Page '));
}

function faultOf(error: unknown): PrsistError {
  if (error instanceof PrsistError) return error;
  const { name, message } = error instanceof Error ? error : { name: '', message: String(error) };
  if (name === 'PasswordException') {
    return new PrsistError('document/unsupported', 'it is protected by a password', {
      hint: 'save a copy without one',
    });
  }
  return new PrsistError('document/broken', `it cannot be read as PDF: ${message.slice(0, 200)}`, { cause: error });
}
