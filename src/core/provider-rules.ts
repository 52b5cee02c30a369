// What is known of the prompt caches of providers, as data: config/providers.yaml, checked by config/provider-rules.ts.
import { PrsistError } from './errors.ts';

/** primary: the provider's own documentation · secondary: reported by others · unverified: from memory or silence. */
export type Basis = 'primary' | 'secondary' | 'unverified';

/** When a value was last read, and where. */
export interface Dated {
  readonly as_of: string;
  readonly basis: Basis;
}

/** One value; null: not documented, and nothing is done that depends on it. */
export interface Rule<T> extends Dated {
  readonly v: T | null;
}

/** A value that differs by model; `v` or `default` where a model is not named. */
export interface PerModel<T> extends Dated {
  readonly v?: T | null | undefined;
  readonly default?: T | null | undefined;
  readonly models?: Readonly<Record<string, T | null>> | undefined;
}

/** Lifetimes by their names, as requests say them: 5m, 1h, in_memory. */
export interface Lifetimes extends Rule<readonly string[]> {
  readonly default?: string | undefined;
  /** Of an entry that nobody reads, where the name says no time: `5m-10m`. */
  readonly in_memory_idle?: string | undefined;
  /** Of an entry that is asked for by a call of its own. */
  readonly explicit_default?: string | undefined;
}

export interface KeyRule extends Rule<string> {
  /** More than these with one key land on machines that have nothing of it. */
  readonly requests_per_minute?: number | undefined;
}

/** The rules of one provider. What is absent is as unknown as null. */
export interface ProviderRules {
  readonly mode: Rule<string> & { readonly key?: string | undefined; readonly explicit?: string | undefined };
  readonly max_breakpoints?: Rule<number> | undefined;
  readonly max_writes?: Rule<number> | undefined;
  readonly lookback_blocks?: Rule<number> | undefined;
  readonly min_tokens?: PerModel<number> | undefined;
  readonly step_tokens?: Rule<number> | undefined;
  readonly window_tokens?: PerModel<number> | undefined;
  readonly ttl?: Lifetimes | undefined;
  /** Times the price of uncached input; by lifetime where they differ. */
  readonly write?: Rule<number | Readonly<Record<string, number>>> | undefined;
  readonly read?: PerModel<number> | undefined;
  /** Times the price of uncached input, for a token kept one hour. */
  readonly storage_per_hour?: PerModel<number> | undefined;
  readonly key?: KeyRule | undefined;
  /** Whether a read begins the life of an entry anew. */
  readonly renewed_by_read?: Rule<boolean> | undefined;
  readonly no_breakpoint_on?: Rule<readonly string[]> | undefined;
  /** Models that keep entries for a day where a request asks for it. */
  readonly retention_24h?: Rule<readonly string[]> | undefined;
}

export interface Providers {
  readonly rules: Readonly<Record<string, ProviderRules>>;
  /** US dollars per million tokens of uncached input, by `priceName`. */
  readonly input_usd: Readonly<Record<string, number>>;
}

/** The rules of one provider for one model, by which a plan is made. */
export interface ModelRules {
  readonly provider: string;
  /** Where they stand in the file: `openai_5_6`. */
  readonly name: string;
  readonly rules: ProviderRules;
  /** As it was asked for. */
  readonly model: string | null;
  /** Its name in the rules: `opus-4.5`. */
  readonly known: string | null;
  readonly usd: number | null;
}

/** Providers as people name them, and where their rules stand. */
const sections: Readonly<Record<string, string>> = { 'llama.cpp': 'llama_cpp' };
/** Their models are files of the person's own. */
const local = ['ollama', 'llama.cpp'];

/** Whether a provider runs the models of the person. */
export function isLocal(provider: string): boolean {
  return local.includes(provider);
}

/** Names of all providers that a plan can be made for. */
export function providerNames({ rules }: Providers): readonly string[] {
  const named = new Map(Object.entries(sections).map(([name, section]) => [section, name]));
  return Object.keys(rules).flatMap((section) => (section === 'openai_5_6' ? [] : [named.get(section) ?? section]));
}

/**
 * The rules for a model of a provider; without a model those that hold for most of them, on the safe side.
 * Throws provider/unknown and model/unknown with what is known.
 */
export function rulesFor(providers: Providers, provider: string, model: string | undefined): ModelRules {
  const names = providerNames(providers);
  if (!names.includes(provider)) {
    throw new PrsistError('provider/unknown', `no rules are known of the provider ${provider}`, {
      hint: `one of ${names.join(', ')}`,
    });
  }
  const name = sectionOf(provider, model);
  const rules = providers.rules[name];
  if (!rules) throw new PrsistError('config/invalid', `the rules of ${name} are missing in config/providers.yaml`);
  const known = model === undefined ? null : knownName(rules, model);
  if (model !== undefined && known === null && !isLocal(provider)) {
    throw new PrsistError('model/unknown', `no rules are known of ${model} at ${provider}`, {
      hint: `without a model the safest values are taken; known are ${modelsAt(providers, provider).join(', ')}`,
    });
  }
  const usd = known === null ? null : (providers.input_usd[known] ?? null);
  return { provider, name, rules, model: model ?? null, known, usd };
}

/** Whether a model is in the rules of a provider; those of local engines are in none. */
export function hasModel(providers: Providers, provider: string, model: string): boolean {
  const name = sectionOf(provider, model);
  const rules = providers.rules[name];
  return rules !== undefined && knownName(rules, model) !== null;
}

/** A value for the model of these rules; null where it is not known. */
export function valueFor<T>(rule: PerModel<T> | undefined, known: string | null): T | null {
  if (!rule) return null;
  const named = Object.entries(rule.models ?? {}).find(([name]) => known !== null && plainName(name) === known);
  return named ? named[1] : (rule.v ?? rule.default ?? null);
}

/** Seconds of a lifetime by its name; undefined where it says none. */
export function secondsOf(name: string, rule?: Lifetimes): number | undefined {
  // a range is as long as its shorter end
  const [, count, unit] = /^(\d+)([smhd])(?:-|$)/.exec(name) ?? [];
  if (count === undefined)
    return name === 'in_memory' && rule?.in_memory_idle ? secondsOf(rule.in_memory_idle) : undefined;
  return Number(count) * ({ s: 1, m: 60, h: 3600, d: 86_400 }[unit ?? 's'] ?? 1);
}

/**
 * A model's name without its maker, its date and whoever serves it, in one form of its many:
 * `us.anthropic.claude-3-5-haiku-20241022-v1:0` and `haiku-3.5` are `haiku-3-5`.
 */
export function plainName(model: string): string {
  const name = (model.toLowerCase().split('/').at(-1) ?? '')
    .replace(/^(?:[a-z]+\.)?anthropic\./, '')
    .replace(/\[1m\]$|@.*$|-v\d+(?::\d+)?$/, '')
    .replace(/-latest$|-\d{8}$|-\d{4}-\d{2}-\d{2}$/, '')
    .replace(/^claude-/, '')
    .replaceAll('.', '-');
  return name.replace(/^(\d+(?:-\d+)?)-([a-z]+)$/, '$2-$1');
}

function sectionOf(provider: string, model: string | undefined): string {
  return provider === 'openai' && isFrom56(model) ? 'openai_5_6' : (sections[provider] ?? provider);
}

function knownName(rules: ProviderRules, model: string): string | null {
  const name = plainName(model);
  return knownModels(rules).some((each) => plainName(each) === name) ? name : null;
}

function knownModels(rules: ProviderRules): readonly string[] {
  const lists = [rules.min_tokens, rules.window_tokens, rules.read].map((rule) => Object.keys(rule?.models ?? {}));
  return [...new Set(lists.flat())];
}

/** Of all its sections. */
function modelsAt({ rules }: Providers, provider: string): readonly string[] {
  const names = provider === 'openai' ? ['openai', 'openai_5_6'] : [sections[provider] ?? provider];
  return names.flatMap((name) => {
    const own = rules[name];
    return own ? knownModels(own) : [];
  });
}

function isFrom56(model: string | undefined): boolean {
  const [, major, minor = '0'] =
    /^gpt-(\d+)(?:[.-](\d{1,2})(?!\d))?/.exec(model?.toLowerCase().split('/').at(-1) ?? '') ?? [];
  return major !== undefined && Number(major) * 100 + Number(minor) >= 506;
}
