// Rules of providers as their documentation said on 2026-11-20; where sources disagree, the larger minimum and the shorter life.
import type { CacheRules } from './rules.ts';

const minute = 60_000;

const anthropic: CacheRules = {
  ...{ provider: 'anthropic', mode: 'breakpoints', lookback: 20, maxBreakpoints: 4, stepTokens: 1 },
  minTokens: {
    default: 4096,
    models: {
      ...{ 'opus-5': 512, 'opus-5-5': 512, 'sonnet-5-5': 512, 'fable-5': 512, 'mythos-5': 512 },
      ...{ 'sonnet-5': 1024, 'sonnet-4-5': 1024, 'opus-4': 1024, 'opus-4-1': 1024, 'opus-4-8': 1024 },
      ...{ 'sonnet-4-6': 2048, 'opus-4-7': 2048, 'haiku-3-5': 2048 },
    },
  },
  lifetimes: { '5m': 5 * minute, '1h': 60 * minute },
  lifetime: '5m',
  write: { '5m': 1.25, '1h': 2 },
  read: { default: 0.1, models: { 'opus-5-5': 0.05, 'fable-5-1': 0.025, 'mythos-5-1': 0.025 } },
};
const automatic: CacheRules = {
  ...{ provider: 'unknown', mode: 'automatic', lookback: null, maxBreakpoints: null, stepTokens: 1 },
  ...{ minTokens: { default: null }, lifetimes: {}, lifetime: '', write: {}, read: { default: 0.1 } },
};
const openai: CacheRules = {
  ...{ ...automatic, provider: 'openai', minTokens: { default: 1024 }, stepTokens: 128 },
  ...{ lifetimes: { idle: 5 * minute }, lifetime: 'idle' },
  read: { default: 0.1, models: { 'gpt-4-1': 0.25, 'gpt-4o': 0.5 } },
};
const gemini: CacheRules = { ...automatic, provider: 'gemini', minTokens: { default: 4096 } };
const xai: CacheRules = { ...automatic, provider: 'xai', stepTokens: 128, read: { default: 0.25 } };

const byName: readonly (readonly [RegExp, CacheRules])[] = [
  [/claude|anthropic/, anthropic],
  [/^(?:gpt|o\d|codex)/, openai],
  [/^gemini/, gemini],
  [/^grok/, xai],
  [/^(?:mistral|devstral|codestral)/, { ...automatic, provider: 'mistral' }],
  [/^deepseek/, { ...automatic, provider: 'deepseek' }],
];

/** The rules for a model by its shortened name; those that promise nothing where its provider is not known. */
export function rulesOf(model: string): CacheRules {
  return byName.find(([name]) => name.test(model))?.[1] ?? automatic;
}
