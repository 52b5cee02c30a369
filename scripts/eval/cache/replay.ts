// Recorded conversations once more: as they were, with a brief that stays, and with texts that change.
import { readPrices } from '../../../src/config/prices.ts';
import { priceName } from '../../../src/core/prices.ts';
import { faultsOf } from '../../../src/features/cache/audit/breaks.ts';
import type { Tariff } from '../../../src/features/cache/audit/cost.ts';
import { fromUsage } from '../../../src/features/cache/audit/from-usage.ts';
import { inputOf, type Outcome, sumOf } from '../../../src/features/cache/audit/outcome.ts';
import { type Inserted, withInserted } from '../../../src/features/cache/audit/replays.ts';
import type { Conversation } from '../../../src/features/cache/audit/request.ts';
import { auditSession, replay } from '../../../src/features/cache/audit/session-audit.ts';
import { usageIn } from '../../../src/features/capture/usage-in.ts';
import { rulesOf } from './rules.ts';

export const inserts: Readonly<Record<string, Inserted | undefined>> = {
  'agent alone': undefined,
  'with prsist: a brief of 2,000 tokens, the same for the whole session': {
    tokens: 2000,
    where: 'after-head',
    every: 0,
  },
  'naive: a memory block of 2,000 tokens after the system prompt, new text in every request': {
    ...{ tokens: 2000, where: 'after-head', every: 1 },
  },
  'naive: the same, and a timestamp at the top': { tokens: 2030, where: 'top', every: 1 },
};

export interface Replayed {
  readonly sessions: number;
  readonly requests: number;
  readonly tokens: number;
  readonly recorded: Outcome;
  /** By the names of `inserts`. */
  readonly rows: ReadonlyMap<string, Outcome>;
  /** Points by which the simulated share of each session is off, of prompts that only grow. */
  readonly errors: readonly number[];
}

/** Replays what these transcripts hold. Sub-agents are left out. */
export async function replayFiles(paths: readonly string[], packageRoot: string): Promise<Replayed> {
  const tariff: Tariff = { prices: readPrices(packageRoot), rulesOf };
  const conversations: Conversation[] = [];
  for await (const { isSubagent, requests, compactions } of usageIn(paths)) {
    if (isSubagent) continue;
    conversations.push({
      compactions,
      requests: requests.map(({ at, model = 'unknown', fresh, cacheRead, cacheWrite, cacheWrite1h, output }) => ({
        ...{ at, model: priceName(model), read: cacheRead, write: cacheWrite - cacheWrite1h },
        ...{ write1h: cacheWrite1h, uncached: fresh, output },
      })),
    });
  }
  const audits = conversations.map((each) => auditSession(each, tariff, Number.POSITIVE_INFINITY));
  const recorded = sumOf(audits.map((audit) => audit.recorded));
  const rows = Object.entries(inserts).map(([name, inserted]) => {
    const outcomes = conversations.map((each) => replayed(each, inserted, tariff));
    return [name, sumOf(outcomes)] as const;
  });
  return {
    ...{ sessions: conversations.length, tokens: inputOf(recorded), recorded },
    requests: conversations.reduce((sum, { requests }) => sum + requests.length, 0),
    ...{ rows: new Map(rows), errors: audits.map(({ error }) => error) },
  };
}

function replayed(conversation: Conversation, inserted: Inserted | undefined, tariff: Tariff): Outcome {
  const { breaks } = faultsOf(conversation, rulesOf);
  const prompts = fromUsage(conversation, { rulesOf, told: breaks });
  return replay(inserted ? withInserted(prompts, inserted) : prompts, conversation.requests, tariff);
}

/** Input cost of a token in units of an uncached one. */
export function perToken(outcome: Outcome): number {
  return outcome.units / inputOf(outcome);
}

/** What the replay is held to, and how it did; empty when it holds. */
export function belowBars({ rows, errors }: Replayed): readonly string[] {
  const [alone, brief] = [...rows.values()];
  const found: string[] = [];
  if (!alone || !brief) return ['nothing was replayed'];
  const points = 100 * (brief.share - alone.share);
  if (points < -0.3) found.push(`the brief takes ${(-points).toFixed(2)} points of the cached share, at most 0.3`);
  const dearer = 100 * (perToken(brief) / perToken(alone) - 1);
  if (dearer > 0.5) found.push(`a token with the brief costs ${dearer.toFixed(2)} % more, at most 0.5 %`);
  const mean = errors.reduce((sum, each) => sum + each, 0) / Math.max(1, errors.length);
  if (Math.max(0, ...errors) > 2)
    found.push(`the simulator is ${Math.max(...errors).toFixed(2)} points off, at most 2`);
  if (mean > 0.8) found.push(`the simulator is ${mean.toFixed(2)} points off in the mean, at most 0.8`);
  return found;
}
