// Measuring with an embedder: it is set as a person sets it, and every text has its vector before the first question.
import { rest, type World } from '../../bench/measure.ts';

/** What is set, by the settings' own names: recall.embedder and recall.embedder_<key>. */
export type EmbedderGiven = Readonly<Record<string, string>> & { readonly url: string; readonly model: string };

/** Options of the command line that say which embedder it is. */
export const embedderOptions = {
  embedder: { type: 'string', default: 'openai-compatible' },
  'embedder-url': { type: 'string' },
  'embedder-model': { type: 'string' },
  'embedder-key-file': { type: 'string' },
  'embedder-dimensions': { type: 'string' },
  'embedder-query-prefix': { type: 'string' },
  'embedder-document-prefix': { type: 'string' },
} as const;

type Values = { readonly embedder: string } & { readonly [name: string]: unknown };

/** The embedder that options name; undefined where address or model is missing. */
export function embedderOf(values: Values): EmbedderGiven | undefined {
  const given: Record<string, string> = { '': values.embedder };
  for (const [name, value] of Object.entries(values)) {
    if (name.startsWith('embedder-') && typeof value === 'string')
      given[name.slice('embedder-'.length).replaceAll('-', '_')] = value;
  }
  const { url, model } = given;
  return url === undefined || model === undefined ? undefined : { ...given, url, model };
}

/** Sets the embedder in a home; who it is last, so that nothing is asked before all is said. */
export async function setEmbedder({ prsist }: World, { '': embedder, ...more }: EmbedderGiven): Promise<void> {
  for (const [key, value] of Object.entries(more)) await prsist('config', 'set', `recall.embedder_${key}`, value);
  await prsist('config', 'set', 'recall.embedder', embedder ?? 'openai-compatible');
}

interface State {
  readonly embedder: string;
  readonly texts: number;
  readonly done: number;
  readonly why: string | null;
}

const everyMs = 500;
const saidMs = 5_000;

/** Waits until every text has a vector; say: told how far it is. Throws when the embedder cannot be asked. */
export async function filled({ prsist }: World, say: (line: string) => void): Promise<void> {
  const begun = performance.now();
  let said = begun;
  for (;;) {
    const { embedder, texts, done, why } = meaningIn(await prsist('status'));
    const seconds = Math.round((performance.now() - begun) / 1_000);
    if (embedder === 'ready' && texts > 0 && done === texts) return say(`vectors: ${done} texts in ${seconds} s`);
    if (['off', 'unsupported', 'unusable', 'refused'].includes(embedder))
      throw new Error(`embedder ${embedder}: ${why}`);
    if (performance.now() - said > saidMs) {
      said = performance.now();
      say(`vectors: ${done} of ${texts} texts, ${seconds} s${why === null ? '' : `, ${why}`}`);
    }
    await rest(everyMs);
  }
}

function meaningIn(status: Readonly<Record<string, unknown>>): State {
  // as `status --json` prints it
  return (status as { readonly health: { readonly checks: { readonly meaning: State } } }).health.checks.meaning;
}
