import { join } from 'node:path';
import { PrsistError } from '../core/errors.ts';
import { readText } from '../platform/files.ts';

const count = 2_048;

/**
 * The English list of BIP-39 that ships with prsist, in its order, read at its first use. That use throws config/invalid
 * when it is missing or not in its form.
 */
export function readRecoveryWords(packageRoot: string): () => readonly string[] {
  let known: readonly string[] | undefined;
  return () => {
    known ??= wordsOf(join(packageRoot, 'config', 'recovery-words.txt'));
    return known;
  };
}

function wordsOf(path: string): readonly string[] {
  const words = (readText(path) ?? '').split('\n').filter((word) => /^[a-z]{3,8}$/.test(word));
  if (new Set(words).size === count) return words;
  throw new PrsistError('config/invalid', `${path} does not hold ${count} words`, {
    hint: 'npm install -g prsist@latest',
  });
}
