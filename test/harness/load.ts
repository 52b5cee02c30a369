// So many clients, each with a connection and a session of its own, speaking at a steady pace.
import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type { Endpoint } from '../../src/client/endpoint.ts';
import { type Told, Wire } from './wire.ts';

export interface Load {
  readonly endpoint: Endpoint;
  readonly project: string;
  readonly clients: number;
  /** Questions of each client in a second. */
  readonly perSecond: number;
  readonly seconds: number;
  /** Share of the questions that are writes; all when absent. */
  readonly writes?: number;
  /** 0 to 1, to choose between writing and reading, and for the moment a client begins. */
  readonly random: () => number;
}

export interface Carried {
  /** Contents of messages that were acknowledged. */
  readonly acknowledged: readonly string[];
  /** Milliseconds until the answer, from the moment the question was due. */
  readonly writeMs: readonly number[];
  readonly readMs: readonly number[];
  /** Told to come again later; asked again under the same key. */
  readonly busy: number;
  /** Of the busy ones, without saying when. */
  readonly busyWithoutTime: number;
  readonly errors: readonly string[];
  /** From the first question to the last answer. */
  readonly seconds: number;
}

interface Tally {
  readonly acknowledged: string[];
  readonly writeMs: number[];
  readonly readMs: number[];
  readonly errors: string[];
  busy: number;
  busyWithoutTime: number;
}

/**
 * Lets the clients speak for the time and gives what came of it. A client asks when the time has come and its last
 * question is answered; late questions are asked all the same, never dropped, and their lateness counts.
 */
export async function carry(load: Load): Promise<Carried> {
  const tally: Tally = { acknowledged: [], writeMs: [], readMs: [], errors: [], busy: 0, busyWithoutTime: 0 };
  const wires = Array.from({ length: load.clients }, () => new Wire(load.endpoint, load));
  const sessions = wires.map((_, n) => `load-${n}`);
  await inTurns(wires.length, 50, async (n) => {
    const wire = wires[n];
    if (wire) must(await wire.ask('session.start', { session_id: sessions[n] }), tally);
  });
  const begun = performance.now();
  await Promise.all(wires.map((wire, n) => speak({ ...load, wire, session: sessions[n] ?? '', tally, begun })));
  const seconds = (performance.now() - begun) / 1e3;
  for (const wire of wires) wire.close();
  return { ...tally, seconds };
}

interface Speaker extends Load {
  readonly wire: Wire;
  readonly session: string;
  readonly tally: Tally;
  readonly begun: number;
}

async function speak(speaker: Speaker): Promise<void> {
  const { perSecond, seconds, random, begun, tally } = speaker;
  const every = 1_000 / perSecond;
  const first = begun + random() * every;
  for (let n = 0; n < Math.round(seconds * perSecond); n += 1) {
    const due = first + n * every;
    await pause(Math.max(0, due - performance.now()));
    const one = random() < (speaker.writes ?? 1) ? write(speaker, n, due) : read(speaker, due);
    await one.catch((error: unknown) => void tally.errors.push(String(error)));
  }
}

const talk = 'The parser reads each line once, keeps what it cannot read, and says how many there were. '.repeat(2);

async function write({ wire, session, tally }: Speaker, n: number, due: number): Promise<void> {
  const content = `said ${session}x${n}y ${talk}`;
  const key = randomUUID();
  for (;;) {
    const told = await wire.ask('session.message', { session_id: session, role: 'user', content }, key);
    if (told.status === 503) {
      await later(told, tally);
      continue;
    }
    if (!must(told, tally)) return;
    tally.writeMs.push(performance.now() - due);
    tally.acknowledged.push(`${session}x${n}y`);
    return;
  }
}

async function read({ wire, session, tally }: Speaker, due: number): Promise<void> {
  for (;;) {
    const told = await wire.ask('session.messages', { session_id: session, limit: 5 });
    if (told.status === 503) {
      await later(told, tally);
      continue;
    }
    if (must(told, tally)) tally.readMs.push(performance.now() - due);
    return;
  }
}

/** Waits as long as a busy daemon asks for. */
async function later({ body }: Told, tally: Tally): Promise<void> {
  const ms = Number(/"retry_ms":(\d+)/.exec(body)?.[1] ?? Number.NaN);
  tally.busy += 1;
  if (Number.isNaN(ms)) tally.busyWithoutTime += 1;
  await pause(Number.isNaN(ms) ? 100 : ms);
}

function must({ status, body }: Told, tally: Tally): boolean {
  if (status === 200) return true;
  tally.errors.push(`${status} ${body.slice(0, 300)}`);
  return false;
}

/** Runs work for each number, so many at a time. */
export async function inTurns(count: number, atOnce: number, work: (n: number) => Promise<void>): Promise<void> {
  let next = 0;
  const one = async () => {
    while (next < count) {
      next += 1;
      await work(next - 1);
    }
  };
  await Promise.all(Array.from({ length: Math.min(atOnce, count) }, one));
}
