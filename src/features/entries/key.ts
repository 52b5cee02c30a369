import { PrsistError } from '../../core/errors.ts';
import { sha256Hex } from '../../core/ids.ts';

const slugLength = 60;

/**
 * The key of a text that was given none: its category and its letters and digits in lower case, joined by hyphens. A long
 * text is cut at a word, and a piece of its SHA-256 keeps it apart from others that begin alike.
 * text: after redaction, so no secret gets into a key. Throws input/invalid for a text without a word in it.
 */
export function keyOf(category: string, text: string): string {
  const plain = text.replace(/⟨[^⟩]*⟩/g, ' ');
  const words =
    plain
      .normalize('NFKD')
      .replace(/\p{M}/gu, '')
      .toLowerCase()
      .match(/[\p{L}\p{N}]+/gu) ?? [];
  if (text.trim() === '') throw new PrsistError('input/invalid', 'there is nothing to remember', { field: 'value' });
  return `${category}.${slug(words.join('-'), text)}`;
}

function slug(whole: string, text: string): string {
  if (whole !== '' && whole.length <= slugLength) return whole;
  const cutAt = whole.lastIndexOf('-', slugLength);
  const kept = whole.slice(0, cutAt > 20 ? cutAt : slugLength);
  return `${kept}${kept === '' ? '' : '-'}${sha256Hex(text).slice(0, 8)}`;
}
