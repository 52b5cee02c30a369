import { PrsistError } from '../../../core/errors.ts';
import type { Parsed, Reply } from '../../../core/operation.ts';
import type { Write } from '../../../store/record-type.ts';
import type { Context, JobContext, Verb } from '../../feature.ts';
import type { tensorContract } from '../contract-tensors.ts';
import type { Engine } from './engine.ts';
import { type Settled, segmentsOf, type Tensors } from './registry.ts';
import { allStates, type StateRow, stateByKey } from './state-queries.ts';

type Contract = typeof tensorContract;
type Input<N extends keyof Contract> = Parsed<Contract[N]>;
type Answer<N extends keyof Contract> = Reply<Contract[N]>;

/** The verbs of the tensor tier. */
export function tensorVerbs(tensors: Tensors): { readonly [N in keyof Contract]: Verb<Contract[N]> } {
  return {
    'tensor.list': (context) => list(tensors, context),
    'tensor.place': (_context, input) => tensors.place(input.engine),
    // gathered by prepareTensors, by the operation's name
    'tensor.adopt': (tx, _input, context) => adopt(tensors, tx, context.prepared as Settled),
    'tensor.find': (_context, input) => find(tensors, input),
    'tensor.failed': (tx, input) => failed(tensors, tx, input),
    'tensor.drop': (tx, input) => drop(tensors, tx, input),
    'tensor.verify': (context) => verify(tensors, context),
  };
}

/** What is done with files before the rows. */
export function prepareTensors(tensors: Tensors) {
  return {
    'tensor.adopt': (input: Input<'tensor.adopt'>) => tensors.settle(input),
  };
}

async function list(tensors: Tensors, { now }: Context): Promise<Answer<'tensor.list'>> {
  await tensors.settled();
  const { enabled, directory, maxBytes, server } = tensors.settings;
  const states = tensors.states;
  return {
    ...{ enabled, directory, server, max_bytes: maxBytes, bytes: states.reduce((sum, { bytes }) => sum + bytes, 0) },
    items: states.map(wireState),
    paused: tensors.pauses
      .all(now)
      .map(({ engine, why, until }) => ({ engine: nameOf(engine), why, until: iso(until) })),
  };
}

function adopt(tensors: Tensors, tx: Write, settled: Settled): Answer<'tensor.adopt'> {
  const dropped = tensors.enter(tx, settled);
  const row = tx.one(stateByKey, { state_key: settled.state_key });
  if (!row) throw new PrsistError('internal', 'a state just entered is not there');
  return { ...wireState(row), path: row.file, dropped };
}

/** Answered in a millisecond or two, which is why it waits for no commit. */
async function find(tensors: Tensors, { engine, chain }: Input<'tensor.find'>): Promise<Answer<'tensor.find'>> {
  const found = await tensors.find(engine, chain);
  if (found.kind !== 'state') return { found: null, why: found.kind === 'none' ? found.why : found.kind };
  const { row } = found;
  const { state_key, file, tokens, bytes, prefill_ms } = row;
  const { directory } = tensors.settings;
  const place = { directory, name: file.slice(directory.length + 1), path: file };
  return { found: { state_key, ...place, segments: segmentsOf(row.chain), tokens, bytes, prefill_ms }, why: null };
}

function failed(tensors: Tensors, tx: Write, { state, why }: Input<'tensor.failed'>): Answer<'tensor.failed'> {
  const row = tx.one(stateByKey, { state_key: state });
  if (!row) return { dropped: false, paused_until: null };
  return { dropped: true, paused_until: iso(tensors.failed(tx, row, why).until) };
}

function drop(tensors: Tensors, tx: Write, { state, all }: Input<'tensor.drop'>): Answer<'tensor.drop'> {
  if (all === (state !== undefined)) {
    throw new PrsistError('input/invalid', all ? 'either one state or all' : 'say which state, or all', {
      hint: 'prsist cache tensors drop --all',
    });
  }
  const rows = tx.all(allStates, {}).filter(({ state_key }) => state === undefined || state_key.startsWith(state));
  if (state !== undefined && rows.length !== 1) throw notOne(state, rows.length);
  return tensors.drop(tx, rows);
}

function notOne(state: string, count: number): PrsistError {
  if (count === 0) return new PrsistError('tensor/not-found', `no kept state ${state}`);
  return new PrsistError('input/invalid', `${count} states begin with ${state}`, { hint: 'give more digits' });
}

async function verify(tensors: Tensors, { report, cancelled }: JobContext) {
  const damaged: StateRow[] = [];
  let checked = 0;
  for (const row of tensors.states) {
    if (cancelled()) break;
    if (!(await tensors.isWhole(row))) damaged.push(row);
    checked += 1;
    report({ checked });
  }
  if (damaged.length > 0) await tensors.remove(damaged);
  if (!cancelled()) tensors.pauses.clear();
  return { checked, damaged: damaged.map(({ state_key }) => state_key) };
}

function wireState(row: StateRow): Answer<'tensor.list'>['items'][number] {
  const { state_key, tokens, bytes, prefill_ms, uses } = row;
  const { lora, ...engine } = engineOfRow(row.engine);
  return {
    ...{ state_key, ...engine, lora: lora.length, file: row.file, segments: segmentsOf(row.chain) },
    ...{ tokens, bytes, prefill_ms, uses, project_id: row.project },
    ...{ made_at: iso(row.made_at), last_used_at: iso(row.last_used) },
  };
}

function nameOf(engine: string): string {
  const { engine: name, build } = engineOfRow(engine);
  return `${name} ${build}`;
}

/** We wrote it, so it is parsed without a look. */
function engineOfRow(text: string): Engine {
  return JSON.parse(text) as Engine;
}

function iso(ms: number): string {
  return new Date(ms).toISOString();
}
