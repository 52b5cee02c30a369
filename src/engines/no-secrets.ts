import { PrsistError } from '../core/errors.ts';
import type { Asking } from './kept-prefix.ts';

type Redacting = Asking<'capture.redact'>;

/**
 * A state holds its texts word for word, and what is kept holds no secrets. personal: where there is no project, the
 * person's own rules count. Throws input/invalid.
 */
export async function requireNoSecrets(
  texts: readonly string[],
  { client, personal }: { readonly client: Redacting; readonly personal: () => Redacting },
): Promise<void> {
  for (const text of texts) {
    const kept = await client.call('capture.redact', { text }).catch((error: unknown) => {
      const isNobodys = error instanceof PrsistError && error.code === 'project/required';
      if (isNobodys) return personal().call('capture.redact', { text });
      throw error;
    });
    if (kept.finds.length === 0) continue;
    const kinds = [...new Set(kept.finds.map(({ kind }) => kind))].join(', ');
    throw new PrsistError('input/invalid', `the text holds secrets (${kinds}), and a state would keep them`, {
      hint: 'prsist redact test <file> shows where',
    });
  }
}
