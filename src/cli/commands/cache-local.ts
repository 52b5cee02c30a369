// `prsist cache warm --local`: an engine of this machine holds what the context of a project begins with.
import { restorePrefix, savePrefix } from '../../engines/kept-prefix.ts';
import type { Prefix, Restored } from '../../engines/local-engine.ts';
import type { Cli } from '../cli.ts';
import { type EngineOptions, withLocalEngine } from '../local-engine.ts';
import { size } from '../print.ts';
import { missedBecause, secondsShown } from './tensor-words.ts';

export interface LocalOptions extends EngineOptions {
  readonly template?: string;
  readonly budget?: number;
  readonly doc?: readonly string[];
  readonly map?: boolean;
}

type Missed = Extract<Restored, { kind: 'missed' }>;

interface Texts {
  /** Of the whole beginning. */
  readonly of_texts: number;
}

export type Warmed =
  | (Missed & Texts)
  | (Extract<Restored, { kind: 'restored' }> & Texts)
  | {
      readonly kind: 'computed';
      readonly state_key: string;
      readonly tokens: number;
      readonly bytes: number;
      readonly prefill_ms: number;
      readonly of_texts: number;
    };

/**
 * Has an engine hold what every context of this project begins with: read from a kept state, or computed and kept. A prompt
 * that begins with the texts of `cache load --json`, one after the other, then goes on from there.
 */
export async function warmLocal(cli: Cli, options: LocalOptions): Promise<Warmed> {
  const { segments } = await cli.client.call('cache.load', {
    template: options.template,
    budget_tokens: options.budget,
    map: options.map,
    documents: options.doc === undefined || options.doc.length === 0 ? undefined : [...options.doc],
  });
  const texts = segments.filter(({ place }) => place !== 'messages').map(({ text }) => text);
  const prefix = { texts, project: cli.place };
  return withLocalEngine(cli, options, async (engine) => {
    const restored = await restorePrefix(cli.client, engine, prefix);
    const isPart = restored.kind === 'restored' && restored.texts < texts.length;
    if (!isPart && !isNew(restored)) return { ...restored, of_texts: texts.length };
    return computed(cli, prefix, (each) => savePrefix(cli.client, engine, each));
  });
}

/** Off and resting are the person's to change; what failed just now is not asked for again at once. */
function isNew(restored: Restored): boolean {
  return restored.kind === 'missed' && restored.why === 'unknown';
}

async function computed(
  cli: Cli,
  prefix: Prefix,
  save: (prefix: Prefix) => ReturnType<typeof savePrefix>,
): Promise<Warmed> {
  cli.print.note('no state of all of it is kept: the engine computes it');
  const { state_key, tokens, bytes, prefill_ms } = await save(prefix);
  return { kind: 'computed', state_key, tokens, bytes, prefill_ms, of_texts: prefix.texts.length };
}

/** One line for a person. */
export function localLine(warmed: Warmed): string {
  if (warmed.kind === 'missed') return `local engine: nothing restored: ${missedBecause(warmed)}`;
  const { tokens, bytes, prefill_ms } = warmed;
  const what = `local engine: ${tokens} tokens (${size(bytes)})`;
  if (warmed.kind === 'computed') return `${what} computed in ${secondsShown(prefill_ms)} and kept`;
  return `${what} restored in ${warmed.ms.toFixed(1)} ms, computing took ${secondsShown(prefill_ms)}`;
}
