// What lifetimes and prices of a provider's cache, and a memory block in the prompt, come to on a trace of agent sessions:
// node scripts/eval/cache-lifetimes.ts [<trace.jsonl.gz>] [--json]. Reuse within a session only; no minimum, no look-back.
import fs from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { type Inserted, withInserted } from '../../src/features/cache/audit/replays.ts';
import type { CacheRules } from '../../src/features/cache/audit/rules.ts';
import { type SimulatedRequest, simulate } from '../../src/features/cache/audit/simulate.ts';
import { readTrace } from './cache/trace.ts';

interface Rule {
  readonly name: string;
  readonly minutes: number;
  readonly write: number;
  readonly read?: number;
  readonly memory?: Inserted;
}

const five = { minutes: 5, write: 1.25 };
const afterHead = (every: number): Inserted => ({ tokens: 2000, where: 'after-head', every });
const rules: readonly Rule[] = [
  { name: '5 min (1.25, 0.1)', ...five },
  { name: '1 h (2.0, 0.1)', minutes: 60, write: 2 },
  { name: '30 min (1.25, 0.1)', minutes: 30, write: 1.25 },
  { name: '10 min (1.0, 0.1)', minutes: 10, write: 1 },
  { name: '24 h (1.0, 0.1)', minutes: 1440, write: 1 },
  { name: '10 min (1.0, 0.25)', minutes: 10, write: 1, read: 0.25 },
  { name: '1 h (1.0, 0.1)', minutes: 60, write: 1 },
  { name: 'never expires (1.25)', minutes: Number.POSITIVE_INFINITY, write: 1.25 },
  { name: '5 min, 2,000 tokens after the system prompt, the same for the session', ...five, memory: afterHead(0) },
  { name: '5 min, 2,000 tokens at the tail of every request', ...five, memory: { ...afterHead(1), where: 'tail' } },
  ...[1, 5, 20, 50, 100].map((every) => {
    return {
      name: `5 min, 2,000 tokens after the system prompt, new every ${every}`,
      ...five,
      memory: afterHead(every),
    };
  }),
];

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { json: { type: 'boolean', default: false } },
});
const data = process.env.PRSIST_EVAL_DATA ?? resolve(import.meta.dirname, '../../../shared/data');
const file = positionals[0] ?? join(data, 'claude_code_dev.jsonl.gz');
if (fs.existsSync(file)) show(readTrace(file));
else process.stdout.write('skipped: no trace here: set PRSIST_EVAL_DATA, or name one\n');

function show(sessions: readonly (readonly SimulatedRequest[])[]): void {
  const rows = rules.map((rule) => ({ name: rule.name, ...replayed(sessions, rule) }));
  if (values.json) return void process.stdout.write(`${JSON.stringify(rows)}\n`);
  const lines = rows.map(({ name, share, cost }) => `| ${name} | ${(100 * share).toFixed(2)} % | ${cost.toFixed(4)} |`);
  process.stdout.write(
    `${['| rule (write, read) | cached share | input cost |', '|---|---|---|', ...lines].join('\n')}\n`,
  );
}

function replayed(sessions: readonly (readonly SimulatedRequest[])[], { minutes, write, read = 0.1, memory }: Rule) {
  const provider: CacheRules = {
    ...{ provider: 'trace', mode: 'automatic', lookback: null, maxBreakpoints: null, stepTokens: 1 },
    ...{ minTokens: { default: null }, lifetimes: { usual: minutes * 60_000 }, lifetime: 'usual' },
    ...{ write: {}, read: { default: read } },
  };
  const sum = { tokens: 0, read: 0, units: 0 };
  for (const session of sessions) {
    const { requests } = memory ? withInserted({ requests: session, warm: [] }, memory) : { requests: session };
    simulate(requests, () => provider).forEach((served, n) => {
      const { prompt, tail = 0 } = requests[n] ?? {};
      const end = prompt?.end ?? 0;
      sum.tokens += end + tail;
      sum.read += served.read;
      sum.units += served.read * read + (end - served.read) * write + tail;
    });
  }
  return { share: sum.read / sum.tokens, cost: sum.units / sum.tokens };
}
