import { type Check, manual } from '../core/finding.ts';
import type { MeaningState } from './meaning.ts';

/** What doctor says of search by meaning: whether who was chosen can be asked, and how far the vectors are. */
export function meaningCheck({ embedder, model, why, fix, ...counts }: MeaningState): Check {
  const about = model === null ? '' : ` with ${model}`;
  const name = embedder === 'off' ? 'embedder: none' : `embedder${about}: ${embedder}, ${progressWords(counts)}`;
  if (why === null) return { group: 'config', name, findings: [] };
  const finding = manual({
    ...{ group: 'config', code: `config/embedder-${embedder}`, what: `no vectors are computed${about}: ${why}` },
    ...{ why: 'search finds by words alone until then; nothing else is affected', fix },
  });
  return { group: 'config', name, findings: [finding] };
}

/** How far the vectors are, for people. */
export function progressWords({ texts, done, skipped }: Pick<MeaningState, 'texts' | 'done' | 'skipped'>): string {
  const refused = skipped === 0 ? '' : `, ${skipped} refused by the model`;
  return `${done} of ${texts} texts${refused}`;
}
