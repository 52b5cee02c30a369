// Rules of providers that recorded usage contradicts: usage is trusted over a table.
import { lifeOf } from './from-usage.ts';
import { keptOf, type ModelRequest, promptOf } from './request.ts';
import { type CacheRules, valueFor } from './rules.ts';

export interface Contradiction {
  readonly model: string;
  readonly rule: 'minimum' | 'lifetime';
  readonly says: string;
  readonly found: string;
}

interface Seen {
  /** The longest prompt that was not cached at all, and the shortest that was. */
  never: number;
  shortest: number;
  /** The longest pause after which everything was still read, past the lifetime of its entries. */
  outlived: number;
  life: number;
}

/** What some conversations show of minimum and lifetime that the rules say otherwise. */
export function contradictionsIn(
  conversations: readonly (readonly ModelRequest[])[],
  rulesOf: (model: string) => CacheRules,
): readonly Contradiction[] {
  const seen = new Map<string, Seen>();
  for (const requests of conversations) {
    // one request alone may be the sum of many; where nothing is ever cached, caching may be off
    if (requests.length < 2) continue;
    const caches = new Set(requests.filter((each) => keptOf(each) > 0).map(({ model }) => model));
    requests.forEach((request, n) => {
      if (caches.has(request.model)) look(seen, requests, { request, n, rules: rulesOf(request.model) });
    });
  }
  return [...seen]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([model, each]) => against(model, each, rulesOf(model)));
}

interface Looked {
  readonly request: ModelRequest;
  readonly n: number;
  readonly rules: CacheRules;
}

function look(seen: Map<string, Seen>, requests: readonly ModelRequest[], { request, n, rules }: Looked): void {
  const { model, at, read } = request;
  const known = seen.get(model) ?? { never: 0, shortest: Number.POSITIVE_INFINITY, outlived: 0, life: 0 };
  seen.set(model, known);
  const kept = keptOf(request);
  if (kept === 0) known.never = Math.max(known.never, promptOf(request));
  else known.shortest = Math.min(known.shortest, kept);
  const before = requests.slice(0, n).findLast((each) => each.model === model);
  const life = lifeOf(rules, requests);
  if (!before || keptOf(before) === 0 || read < keptOf(before) || at - before.at <= life) return;
  if (at - before.at > known.outlived) Object.assign(known, { outlived: at - before.at, life });
}

function against(
  model: string,
  { never, shortest, outlived, life }: Seen,
  rules: CacheRules,
): readonly Contradiction[] {
  const least = valueFor(rules.minTokens, model);
  const found: Contradiction[] = [];
  const add = (rule: Contradiction['rule'], says: string, what: string) =>
    found.push({ model, rule, says, found: what });
  if (least !== null && never >= least && never < shortest) {
    const what = `a prompt of ${never} tokens was never cached: minimum ≥ ${never + 1}`;
    add('minimum', `${least} tokens`, what);
  }
  if (least !== null && shortest < least) {
    add('minimum', `${least} tokens`, `a prefix of ${shortest} tokens was cached: minimum ≤ ${shortest}`);
  }
  if (outlived > 0) add('lifetime', inMinutes(life), `everything was read after ${inMinutes(outlived)}`);
  return found;
}

function inMinutes(ms: number): string {
  return `${Math.floor(ms / 60_000)} min`;
}
