import type { Parsed, Reply } from '../../core/operation.ts';
import type { Context } from '../feature.ts';
import type { contract } from './contract.ts';

type Preview = (typeof contract)['capture.redact'];

const mark = /⟨(?:secret:([a-z0-9-]{1,40})#([0-9a-f]{4})|(private))⟩/g;
const mostFinds = 1000;

/**
 * What would be kept of a text. Redaction has been done when a verb is called, so what is left is to say where
 * placeholders are: those that were in the text before count too.
 */
export function preview(_: Context, { text }: Parsed<Preview>): Reply<Preview> {
  const counts: Record<string, number> = {};
  const finds: Reply<Preview>['finds'] = [];
  let line = 1;
  let from = 0;
  for (const { 0: whole, 1: secret, 2: hex, index } of text.matchAll(mark)) {
    const kind = secret ?? 'private';
    counts[kind] = (counts[kind] ?? 0) + 1;
    line += text.slice(from, index).split('\n').length - 1;
    from = index + whole.length;
    if (finds.length < mostFinds) finds.push({ kind, mark: hex ?? null, line });
  }
  return { text, counts, finds };
}
