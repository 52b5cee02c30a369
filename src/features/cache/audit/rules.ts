// How a provider's prompt cache behaves, as plain values: what simulator and audit go by.

/** One value for most models, others by the name that `priceName` makes of a model. null: nobody says. */
export interface ByModel {
  readonly default: number | null;
  readonly models?: Readonly<Record<string, number>>;
}

export interface CacheRules {
  readonly provider: string;
  /** breakpoints: the request says where entries end · automatic: the longest known prefix is read. */
  readonly mode: 'breakpoints' | 'automatic';
  readonly minTokens: ByModel;
  /** So many blocks before a breakpoint are looked at, itself included. null: all. */
  readonly lookback: number | null;
  readonly maxBreakpoints: number | null;
  /** Read tokens are a multiple of it. */
  readonly stepTokens: number;
  /** Milliseconds an entry lives after it was written or read, by the name of its lifetime. */
  readonly lifetimes: Readonly<Record<string, number>>;
  readonly lifetime: string;
  /** Price of a written token in units of an uncached one, by lifetime. */
  readonly write: Readonly<Record<string, number>>;
  readonly read: ByModel;
}

/** The value for a model by its shortened name. */
export function valueFor({ default: usual, models = {} }: ByModel, model: string): number | null {
  const name = model.replace(/^claude-/, '');
  return models[model] ?? models[name] ?? usual;
}

/** The lifetime entries have where nothing says otherwise, in milliseconds; for ever when nobody says. */
export function lifetimeOf(rules: CacheRules, name = rules.lifetime): number {
  return rules.lifetimes[name] ?? Number.POSITIVE_INFINITY;
}
