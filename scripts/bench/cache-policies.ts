// What the policies of the prefix cache cost: processor time per request and bytes, with 10,000 blocks stored and many more
// asked for. Conversations grow, go back and come again, sixty at a time. The policies run in turns, `lru` is the reference;
// the least of three rounds counts. One JSON line. Bars: 1 ms per request; 1.6 MB, 40 bytes per block for each of four
// policies.
import { evictionOf } from '../../src/features/cache/policies/policy.ts';
import { strategies } from '../../src/features/cache/policies/strategy.ts';
import { conversations } from '../eval/prefix/conversations.ts';
import { simulate } from '../eval/prefix/simulate.ts';
import { packed } from '../eval/prefix/trace.ts';

const capacity = 10_000;
const requests = Math.max(2_000, Number(process.argv[2] ?? 6_000));
const bar = { cpu_ms: 1, bytes: 1_600_000 };

/** What one policy costs on a trace, and what it answers. */
function measured(trace: ReturnType<typeof packed>, strategy: (typeof strategies)[number]) {
  const policy = evictionOf(strategy, capacity);
  const begun = process.cpuUsage();
  const answered = simulate(trace, capacity, policy);
  const { user, system } = process.cpuUsage(begun);
  return { cpu_ms: (user + system) / 1000 / requests, bytes: policy.bytes, answered };
}

const trace = packed('made', conversations({ requests, open: 60, longest: 400 }));
const rounds = [1, 2, 3].map(() => strategies.map((strategy) => measured(trace, strategy)));
const lines = strategies.map((strategy, i) => {
  const cpu = Math.min(...rounds.map((round) => round[i]?.cpu_ms ?? Number.NaN));
  const { bytes = Number.NaN, answered = Number.NaN } = rounds[0]?.[i] ?? {};
  return { strategy, cpu_ms: Number(cpu.toFixed(4)), bytes, answered: Number(answered.toFixed(4)) };
});
const ok = lines.every(({ cpu_ms, bytes }) => cpu_ms <= bar.cpu_ms && bytes <= bar.bytes);
const per = { requests, blocks_per_request: Math.round(trace.references.length / requests), different: trace.unique };
process.stdout.write(`${JSON.stringify({ bench: 'cache-policies', capacity, ...per, policies: lines, bar, ok })}\n`);
