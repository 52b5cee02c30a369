// Questions through the socket of a running daemon, one after the other, and beside them what else programs ask.
import { readEndpoint } from '../../src/client/endpoint.ts';
import { type Told, Wire } from '../../test/harness/wire.ts';
import { quantile, residentMiB, rest, rounded, type World } from './measure.ts';
import { numbers, type Question, question, speakers, text } from './search-texts.ts';

/** Milliseconds between two other requests of one kind. */
const rhythm = 25;

/** A connection in the project of a world. */
export function wireOf({ paths, project }: World): Wire {
  const endpoint = readEndpoint(paths.endpoint);
  if (!endpoint) throw new Error('no daemon');
  return new Wire(endpoint, { project });
}

/** Messages of people with names, and an entry to ask for. */
export async function addSpeakers(wire: Wire): Promise<void> {
  const random = numbers(7);
  await settled(wire.ask('session.start', { session_id: 'named' }));
  for (let n = 0; n < 200; n += 1) {
    const content = text(random, 25);
    const author = speakers[n % speakers.length];
    await settled(wire.ask('session.message', { session_id: 'named', role: 'user', content, author }));
  }
  await settled(wire.ask('context.store', { key: 'asked-for', value: text(random, 25) }));
}

export interface Load {
  readonly times: ReadonlyMap<string, readonly number[]>;
  readonly others: ReadonlyMap<string, readonly number[]>;
  readonly rssMiB: number;
  readonly found: number;
}

/** Asks so many questions after as many that only warm up; other requests go on in their rhythm all the while. */
export async function load(here: World, sessions: readonly string[], count: number): Promise<Load> {
  const wire = wireOf(here);
  const random = numbers(11);
  const questions = Array.from({ length: count + 80 }, (_, n) => question(n, random, sessions));
  const times = new Map<string, number[]>();
  const beside = besides(here);
  let [rssMiB, found] = [0, 0];
  for (const [n, { kind, input }] of questions.entries()) {
    const begun = performance.now();
    const told = await settled(wire.ask('search.query', input));
    const ms = performance.now() - begun;
    if (n < 80) continue;
    times.set(kind, [...(times.get(kind) ?? []), ms]);
    if (/"result_count":[1-9]/.test(told.body)) found += 1;
    if (n % 20 === 0) rssMiB = Math.max(rssMiB, residentMiB(here.daemon().pid ?? 0));
  }
  const others = await beside.stop();
  wire.close();
  return { times, others, rssMiB, found };
}

/** The questions of such a run, for a reference. */
export function questionsOf(sessions: readonly string[], count: number): readonly Question[] {
  const random = numbers(11);
  return Array.from({ length: count }, (_, n) => question(n, random, sessions));
}

/** Reads and messages in a rhythm, whether or not the answer before is there. */
function besides(here: World): { readonly stop: () => Promise<ReadonlyMap<string, readonly number[]>> } {
  const random = numbers(13);
  const asks: readonly (readonly [string, () => object])[] = [
    ['context.retrieve', () => ({ key: 'asked-for' })],
    ['session.message', () => ({ session_id: 'named', role: 'user', content: text(random, 25) })],
  ];
  const times = new Map(asks.map(([operation]) => [operation, [] as number[]]));
  let going = true;
  const ends = asks.map(async ([operation, input]) => {
    const wire = wireOf(here);
    const all: Promise<unknown>[] = [];
    while (going) {
      const begun = performance.now();
      all.push(settled(wire.ask(operation, input())).then(() => times.get(operation)?.push(performance.now() - begun)));
      await rest(rhythm);
    }
    await Promise.all(all);
    wire.close();
  });
  return {
    stop: async () => {
      going = false;
      await Promise.all(ends);
      return times;
    },
  };
}

async function settled(asked: Promise<Told>): Promise<Told> {
  const told = await asked;
  if (told.status !== 200) throw new Error(`${told.status} ${told.body}`);
  return told;
}

/** The quantiles of some times. */
export function shares(times: readonly number[]) {
  const at = (share: number) => rounded(quantile(times, share), 2);
  return { p50: at(0.5), p95: at(0.95), p99: at(0.99) };
}
