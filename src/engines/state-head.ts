// The head of a state file of llama.cpp: which tokens it was written for.
import { PrsistError } from '../core/errors.ts';
import { beginningOf } from '../platform/files.ts';

/** 'ggsq', which begins the state of one sequence. */
const magic = 0x67677371;
const headBytes = 12;

/**
 * Throws engine/failed unless a file was written for exactly these tokens: between computing and saving somebody else may
 * have used the engine. said: how many the engine says.
 */
export function requireSameTokens(path: string, tokens: readonly number[], said: number): void {
  const head = beginningOf(path, headBytes + 4 * (tokens.length + 1));
  const view = new DataView(head.buffer, head.byteOffset, head.byteLength);
  if (head.length < headBytes || view.getUint32(0, true) !== magic) throw failed('is no state of one sequence');
  const count = view.getUint32(8, true);
  if (count !== said || count !== tokens.length || head.length < headBytes + 4 * count) {
    throw failed(`holds ${count} tokens, the prefix has ${tokens.length}`);
  }
  const other = tokens.findIndex((token, at) => view.getInt32(headBytes + 4 * at, true) !== token);
  if (other >= 0) throw failed(`holds another text from token ${other} on`);
}

function failed(why: string): PrsistError {
  return new PrsistError('engine/failed', `what the engine has written ${why}`, {
    hint: 'give it a slot that nobody else uses meanwhile',
  });
}
