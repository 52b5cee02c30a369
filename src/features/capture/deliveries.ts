// What conversations that run were told, so that they can be told when it is so no longer. Local bookkeeping.
import type { Read, Write } from '../../store/record-type.ts';
import { noted, see, seen } from './queries.ts';

export interface Delivery {
  readonly agent: string;
  /** The agent's own id of the conversation. */
  readonly native: string;
  /** When it began, in milliseconds since 1970 UTC. */
  readonly at: number;
  readonly worktree: string;
  /** By entity: its key, and its content in short. */
  readonly told: Readonly<Record<string, readonly [key: string, version: string]>>;
  /** Lines of news that wait to be told; of one entity the last. */
  readonly lines: readonly { readonly ent: string; readonly text: string }[];
  /** How often it was told news. */
  readonly count: number;
}

const most = 16;
const dayMs = 86_400_000;
const keyOf = (projectId: string) => `told:${projectId}`;

/** The conversations of a project that were told something in the last days. */
export function delivered(read: Read, projectId: string): readonly Delivery[] {
  const row = read.one(seen, { key: keyOf(projectId) });
  return row ? (JSON.parse(row.value) as Delivery[]) : []; // written below
}

/** Notes what a conversation was told. */
export function noteDelivered(tx: Write, projectId: string, delivery: Delivery): void {
  const isOther = ({ agent, native, at }: Delivery) =>
    (agent !== delivery.agent || native !== delivery.native) && delivery.at - at < dayMs;
  const kept = [...delivered(tx, projectId).filter(isOther), delivery].slice(-most);
  tx.run(see, { key: keyOf(projectId), value: JSON.stringify(kept) });
}

/** True while news waits for any conversation of any project. */
export function waitingDeliveries(read: Read): boolean {
  // written above
  const all = read
    .all(noted, { from: 'told:', before: 'told;' })
    .flatMap(({ value }) => JSON.parse(value) as Delivery[]);
  return all.some(({ lines }) => lines.length > 0);
}
