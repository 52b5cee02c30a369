// What hooks told of conversations whose transcripts have no ids or no times: the names of things, in their order.
import { sha256Hex } from '../../core/ids.ts';
import type { Read, Write } from '../../store/record-type.ts';
import { see, seen } from './queries.ts';

/** Something a hook told. name: what it says, in short. */
export interface Heard {
  readonly name: string;
  /** Milliseconds since 1970 UTC. */
  readonly at: number;
  /** Tells two things of one name apart that are not the same one told twice: of a turn, or of the event. */
  readonly stamp: string;
}

const most = 100;
/** Two installations of one hook tell the same thing within this. */
const sameMs = 2_000;

function heardKey(agent: string, native: string): string {
  return `heard:${agent}:${sha256Hex(native).slice(0, 24)}`;
}

function heardOf(read: Read, agent: string, native: string): Heard[] {
  const row = read.one(seen, { key: heardKey(agent, native) });
  return row ? (JSON.parse(row.value) as Heard[]) : []; // written below
}

/** Notes that a thing was told and returns the how many-th of its name it is: 1 for the first. Told twice, it is one. */
export function noteHeard(tx: Write, agent: string, native: string, heard: Heard): number {
  const all = heardOf(tx, agent, native);
  const same = all.filter(({ name }) => name === heard.name);
  const known = same.findIndex(({ stamp, at }) => stamp === heard.stamp && Math.abs(at - heard.at) < sameMs);
  if (known !== -1) return known + 1;
  const value = JSON.stringify([...all, heard].slice(-most));
  tx.run(see, { key: heardKey(agent, native), value });
  return same.length + 1;
}

/** When each thing was told, by its name and number: `<name>:<number>`. */
export function heardTimes(read: Read, agent: string, native: string): ReadonlyMap<string, number> {
  const times = new Map<string, number>();
  const counts = new Map<string, number>();
  for (const { name, at } of heardOf(read, agent, native)) {
    const count = (counts.get(name) ?? 0) + 1;
    counts.set(name, count);
    times.set(`${name}:${count}`, at);
  }
  return times;
}
