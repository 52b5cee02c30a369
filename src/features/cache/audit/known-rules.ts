import { type PerModel, type Providers, plainName, secondsOf } from '../../../core/provider-rules.ts';
import type { ByModel, CacheRules } from './rules.ts';

/** What is promised by nobody: the longest known prefix is read, for ever. */
const automatic: CacheRules = {
  ...{ provider: 'unknown', mode: 'automatic', lookback: null, maxBreakpoints: null, stepTokens: 1 },
  ...{ minTokens: { default: null }, lifetimes: {}, lifetime: '', write: {}, read: { default: 0.1 } },
};

/** Whose a model is by its name, and where its rules stand. */
const makers: readonly (readonly [RegExp, string])[] = [
  [/claude|anthropic/, 'anthropic'],
  [/^gpt-(?:5[.-](?:[6-9]|\d\d)(?!\d)|[6-9])/, 'openai_5_6'],
  [/^(?:gpt|o\d|codex)/, 'openai'],
  [/^gemini/, 'gemini'],
  [/^grok/, 'xai'],
  [/^(?:mistral|devstral|codestral)/, 'mistral'],
  [/^deepseek/, 'deepseek'],
];

/** The provider of a model by its shortened name; undefined where nobody knows. */
export function makerOf(model: string): string | undefined {
  return sectionOf(model)?.replace(/^openai_.*$/, 'openai');
}

function sectionOf(model: string): string | undefined {
  return makers.find(([name]) => name.test(model))?.[1];
}

/**
 * Makes a function from a model's shortened name to the rules of its provider's cache, as config/providers.yaml has them;
 * those that promise nothing where its provider is not known.
 */
export function rulesIn(providers: () => Providers): (model: string) => CacheRules {
  const known = new Map<string, CacheRules>();
  return (model) => {
    const section = sectionOf(model);
    if (section === undefined) return automatic;
    const rules = known.get(section) ?? rulesOfSection(providers(), section);
    known.set(section, rules);
    return rules;
  };
}

function rulesOfSection({ rules: sections }: Providers, section: string): CacheRules {
  const rules = sections[section];
  if (!rules) return automatic;
  const names = rules.ttl?.v ?? [];
  const lifetimes = names.flatMap((name) => {
    const seconds = secondsOf(name, rules.ttl);
    return seconds === undefined ? [] : [[name, seconds * 1000] as const];
  });
  const lifetime = rules.ttl?.default ?? lifetimes[0]?.[0] ?? '';
  const write = rules.write?.v ?? {};
  return {
    provider: section,
    // where the breakpoints of others stood is told by no transcript
    mode: section === 'anthropic' && rules.mode.v === 'breakpoints' ? 'breakpoints' : 'automatic',
    minTokens: byModel(rules.min_tokens, null),
    lookback: rules.lookback_blocks?.v ?? null,
    maxBreakpoints: rules.max_breakpoints?.v ?? null,
    stepTokens: rules.step_tokens?.v ?? 1,
    ...{ lifetimes: Object.fromEntries(lifetimes), lifetime },
    write: typeof write === 'number' ? { [lifetime]: write } : write,
    read: byModel(rules.read, 0.1),
  };
}

function byModel(rule: PerModel<number> | undefined, usual: number | null): ByModel {
  const named = Object.entries(rule?.models ?? {}).flatMap(([name, value]) =>
    value === null ? [] : [[plainName(name), value] as const],
  );
  return { default: rule?.v ?? rule?.default ?? usual, models: Object.fromEntries(named) };
}
