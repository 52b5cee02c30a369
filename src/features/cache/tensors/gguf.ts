// The head of a model file in the form GGUF v3: what it says of itself.
import { PrsistError } from '../../../core/errors.ts';

/** How the weights are quantised, by the number a file tells. */
const quantisations: Readonly<Record<number, string>> = {
  ...{ 0: 'F32', 1: 'F16', 2: 'Q4_0', 3: 'Q4_1', 7: 'Q8_0', 8: 'Q5_0', 9: 'Q5_1', 10: 'Q2_K', 11: 'Q3_K_S' },
  ...{ 12: 'Q3_K_M', 13: 'Q3_K_L', 14: 'Q4_K_S', 15: 'Q4_K_M', 16: 'Q5_K_S', 17: 'Q5_K_M', 18: 'Q6_K', 32: 'BF16' },
};
const sizes: Readonly<Record<number, number>> = {
  ...{ 0: 1, 1: 1, 2: 2, 3: 2, 4: 4, 5: 4, 6: 4, 7: 1, 10: 8, 11: 8, 12: 8 },
};
const [u32, text, array] = [4, 8, 9];
const headBytes = 24;

/**
 * How the weights of a model are quantised; '' where its first bytes do not say, a number where we know no name.
 * Throws tensor/mismatch for anything that is no GGUF file.
 */
export function quantisationOf(head: Uint8Array): string {
  const view = new DataView(head.buffer, head.byteOffset, head.byteLength);
  if (head.length < headBytes || Buffer.from(head.subarray(0, 4)).toString('latin1') !== 'GGUF') {
    throw new PrsistError('tensor/mismatch', 'the model file is no GGUF file');
  }
  let at = headBytes;
  for (let left = Number(view.getBigUint64(16, true)); left > 0; left -= 1) {
    const member = memberAt(view, head, at);
    if (!member) return '';
    if (member.name === 'general.file_type' && member.type === u32) {
      const told = view.getUint32(member.value, true);
      return quantisations[told] ?? String(told);
    }
    at = member.end;
  }
  return '';
}

interface Member {
  readonly name: string;
  readonly type: number;
  readonly value: number;
  readonly end: number;
}

/** undefined where the bytes at hand end before it does. */
function memberAt(view: DataView, head: Uint8Array, at: number): Member | undefined {
  const name = textAt(view, at);
  if (!name || name.end + 4 > view.byteLength) return undefined;
  const type = view.getUint32(name.end, true);
  const value = name.end + 4;
  const end = valueEnd(view, type, value);
  if (end === undefined || end > view.byteLength) return undefined;
  return { name: Buffer.from(head.subarray(name.start, name.end)).toString(), type, value, end };
}

function textAt(view: DataView, at: number): { readonly start: number; readonly end: number } | undefined {
  if (at + 8 > view.byteLength) return undefined;
  const end = at + 8 + Number(view.getBigUint64(at, true));
  return end <= view.byteLength ? { start: at + 8, end } : undefined;
}

function valueEnd(view: DataView, type: number, at: number): number | undefined {
  if (type === text) return textAt(view, at)?.end;
  if (type !== array) return sizes[type] === undefined ? undefined : at + sizes[type];
  if (at + 12 > view.byteLength) return undefined;
  const of = view.getUint32(at, true);
  const count = Number(view.getBigUint64(at + 4, true));
  const size = sizes[of];
  if (size !== undefined) return at + 12 + count * size;
  let end: number | undefined = at + 12;
  for (let left = count; left > 0 && end !== undefined; left -= 1) end = textAt(view, end)?.end;
  return of === text ? end : undefined;
}
