// Text out of the bytes of a file, by what the bytes are, not by what the name says. Parsers are loaded when one is needed.
import { PrsistError } from '../../../core/errors.ts';
import { limits } from '../../../core/limits.ts';
import { mimeOf } from '../mime.ts';
import { decodeText } from './decode.ts';

export interface Extracted {
  /** Markdown for everything that is no plain text. Well-formed, without NUL. */
  readonly text: string;
  /** What the document calls itself, outside its text. */
  readonly title?: string | undefined;
  readonly mime: string;
}

/** text: no parser is needed. */
export type FileForm = 'text' | 'html' | 'pdf' | 'archive' | 'old-office';

/** What the beginning of a file shows it to be. name: tells apart what looks the same. */
export function formOf(bytes: Uint8Array, name: string): FileForm {
  const head = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.length, 1024)).toString('latin1');
  // the beginning of a PDF may stand behind other bytes; a text may speak of one
  if (head.startsWith('%PDF-') || (/\.pdf$/i.test(name) && head.includes('%PDF-'))) return 'pdf';
  if (head.startsWith('PK\u0003\u0004') || head.startsWith('PK\u0005\u0006')) return 'archive';
  if (head.startsWith('\u00d0\u00cf\u0011\u00e0\u00a1\u00b1\u001a\u00e1')) return 'old-office';
  const mime = mimeOf(name);
  const isPage = mime === 'text/plain' && /^\s*(?:\u00ef\u00bb\u00bf)?\s*(?:<!doctype html|<html)/i.test(head);
  return isPage || mime === 'text/html' ? 'html' : 'text';
}

/**
 * The text of a file. Throws document/unsupported, document/broken or limit/too-large, nothing else for whatever bytes.
 * For anything but plain text to be called where a parser that hangs or grows can be ended.
 */
export async function extract(bytes: Uint8Array, name: string): Promise<Extracted> {
  const found = await read(bytes, name);
  const text = found.text.replaceAll('\0', '').toWellFormed();
  const size = Buffer.byteLength(text);
  if (size > limits.documentBytes) {
    throw new PrsistError(
      'limit/too-large',
      `it holds ${size} bytes of text, at most ${limits.documentBytes} are kept`,
    );
  }
  const title = found.title?.replaceAll('\0', '').toWellFormed();
  return { text, mime: found.mime, ...(title ? { title } : {}) };
}

async function read(bytes: Uint8Array, name: string): Promise<Extracted> {
  switch (formOf(bytes, name)) {
    case 'pdf':
      return { ...(await (await import('./pdf.ts')).extractPdf(bytes)), mime: 'application/pdf' };
    case 'archive':
      return (await import('./office.ts')).extractOffice(bytes);
    case 'html':
      return { ...(await (await import('./html.ts')).extractHtml(decodeText(bytes))), mime: 'text/html' };
    case 'old-office':
      throw new PrsistError('document/unsupported', 'it is an office file of the old form, or one with a password', {
        hint: 'open it in its program and save it as docx, xlsx or pptx without a password',
      });
    case 'text':
      return { text: decodeText(bytes), mime: mimeOf(name) };
  }
}
