// A person or an agent at one device: reads what stands there and changes it, by the verbs of the product.

import { uuidV8 } from '../../src/core/ids.ts';
import { judge } from '../../src/core/trust.ts';
import { layers, priorities, taskStatuses } from '../../src/core/words.ts';
import { entriesFeature } from '../../src/features/entries/feature.ts';
import { entryId } from '../../src/features/entries/identity.ts';
import { type EntryRow, entryByEnt } from '../../src/features/entries/queries.ts';
import type { Caller, Context } from '../../src/features/feature.ts';
import { type TaskRow, taskByEnt } from '../../src/features/sessions/queries.ts';
import { addTask, updateTask } from '../../src/features/sessions/tasks.ts';
import type { Write } from '../../src/store/record-type.ts';
import { plainNeeds } from '../features/entries/entry-needs.ts';
import type { Random } from '../harness/secrets/random.ts';
import { random as seeded } from '../harness/secrets/random.ts';
import { person, type SimDevice } from './device.ts';
import { type Intent, shapeOf } from './intent.ts';
import { chance } from './random.ts';
import { edited, lines, sentence } from './texts.ts';

/** What a write says, field by field: a member of an object is a field, and so is each tag. */
export type Says = ReadonlyMap<string, string>;

export interface Deeds {
  readonly ent: string;
  readonly says: Says;
}

type Verb = (tx: Write, input: unknown, context: Context) => unknown;
const verbs = entriesFeature(plainNeeds()).verbs as Readonly<Record<string, Verb>>;

const owner = { scope: 'project', tenant_id: null, user_id: null, session_id: null, agent_id: null } as const;

/** The entity a key names. */
export function entityOf(key: string): string {
  return shapeOf(key) === 'task' ? uuidV8(['task', null, key]) : entryId(key, owner);
}

interface Doing {
  readonly intent: Intent;
  /** Stands in everything that is said, and nowhere else. */
  readonly mark: string;
  readonly random: Random;
}

/** Who writes: a person at a terminal, or the agent of that device. */
function callerOf(device: SimDevice, by: Intent['by']): Caller {
  return by === 'human'
    ? { user: person, origin: 'human' }
    : { user: person, origin: 'agent', agent: `agent-${device.name}` };
}

/** Does what is meant, if there is something to do; what was said is empty where nothing was. */
export async function carryOut(device: SimDevice, intent: Intent, mark: string): Promise<Deeds> {
  const doing: Doing = { intent, mark, random: seeded(intent.seed) };
  const ent = entityOf(intent.key);
  const context = device.context(callerOf(device, intent.by));
  const says = await device.store.write((tx) =>
    shapeOf(intent.key) === 'task'
      ? workOn(tx, tx.one(taskByEnt, { ent }), doing, context)
      : change(tx, tx.one(entryByEnt, { ent }), doing, context),
  );
  return { ent, says };
}

function change(tx: Write, row: EntryRow | undefined, doing: Doing, context: Context): Says {
  const { intent } = doing;
  if (!row) return put(tx, doing, context, created(doing));
  if (intent.deed === 'tag') return tagged(tx, row, doing, context);
  if (intent.deed === 'retire') {
    if (row.state === 'retired') return new Map();
    verbs['context.delete']?.(tx, { key: row.key, scope: 'project' }, context);
    return new Map([['state', 'retired']]);
  }
  return put(tx, doing, context, changed(row, doing), row);
}

interface Wanted {
  readonly value: unknown;
  readonly priority: string;
  readonly category: string;
  readonly layer: string;
}

function put(tx: Write, { intent }: Doing, context: Context, wanted: Wanted, row?: EntryRow): Says {
  const before = row && { ...fieldsOf(row), state: row.state };
  verbs['context.store']?.(tx, { key: intent.key, scope: 'project', metadata: {}, ...wanted }, context);
  const after = { ...fieldsOf({ ...wanted, value: JSON.stringify(wanted.value) }), state: 'live' };
  // any change of what stands says that it lives
  const isRaised = row !== undefined && isRaisedBy(intent.by, row, wanted.value);
  const differing = Object.entries(after).filter(
    ([name, value]) => before?.[name as keyof typeof before] !== value || (isRaised && name === 'value'),
  );
  return new Map(differing.length === 0 ? [] : [...differing, ['state', 'live']]);
}

/**
 * The same words from a person are trusted more than from an agent, or than a text that was put together of both: said
 * again, they are the person's from then on.
 */
function isRaisedBy(by: Intent['by'], { key, trust }: EntryRow, value: unknown): boolean {
  // invented words may happen to read like an instruction: then nobody's are trusted more
  return by === 'human' && typeof value === 'string' && judge('human', `${key}\n${value}`).trust > trust;
}

/** Fields of an entry as they count for merging. */
export function fieldsOf(row: {
  readonly value: string;
  readonly priority: string;
  readonly category: string;
  readonly layer: string;
}): Record<string, string> {
  const { priority, category, layer } = row;
  const value: unknown = JSON.parse(row.value);
  const own = { priority, category, layer };
  if (typeof value !== 'object' || value === null) return { ...own, value: String(value) };
  const members = Object.entries(value).map(([name, member]) => [`value.${name}`, String(member)]);
  return { ...own, ...Object.fromEntries(members) };
}

function created({ intent, mark, random }: Doing): Wanted {
  const shape = shapeOf(intent.key);
  const value =
    shape === 'object'
      ? newObject(mark, random)
      : shape === 'text'
        ? lines(mark, random, 3, 10)
        : sentence(mark, random);
  return { value, priority: random.pick(priorities), category: random.pick(categories), layer: 'long_term' };
}

const categories = ['general', 'decision', 'fact', 'lesson'];
const members = ['port', 'host', 'theme', 'timeout', 'retries', 'owner'];

function newObject(mark: string, random: Random): Readonly<Record<string, string>> {
  const first = random.below(members.length);
  const count = 3 + random.below(4);
  return Object.fromEntries(
    Array.from({ length: count }, (_, i) => [members[(first + i) % members.length], sentence(`${mark}-${i}`, random)]),
  );
}

function changed(row: EntryRow, { intent, mark, random }: Doing): Wanted {
  const { priority, category, layer } = row;
  const same: Wanted = { value: JSON.parse(row.value), priority, category, layer };
  switch (intent.deed) {
    case 'priority':
      return { ...same, priority: random.pick(priorities) };
    case 'category':
      return { ...same, category: random.pick(categories) };
    case 'layer':
      return { ...same, layer: random.pick(layers.slice(2)) };
    default:
      return { ...same, value: newValue(same.value, mark, random) };
  }
}

function newValue(value: unknown, mark: string, random: Random): unknown {
  if (typeof value === 'string') return value.includes('\n') ? edited(value, mark, random) : sentence(mark, random);
  const object = value as Readonly<Record<string, string>>; // the shapes are ours
  const names = Object.keys(object);
  const name = names.length === 0 || chance(random, 20) ? random.pick(members) : random.pick(names);
  return { ...object, [name]: sentence(mark, random) };
}

const tags = ['api', 'db', 'ui', 'ops'];

function tagged(tx: Write, row: EntryRow, { random }: Doing, context: Context): Says {
  const tag = random.pick(tags);
  const has = (JSON.parse(row.tags) as string[]).includes(tag); // a list of words, written by the projection
  verbs['context.tag']?.(
    tx,
    { key: row.key, scope: 'project', add: has ? [] : [tag], remove: has ? [tag] : [] },
    context,
  );
  return new Map([[`tag.${tag}`, has ? '' : tag]]);
}

function workOn(tx: Write, row: TaskRow | undefined, { intent, mark, random }: Doing, context: Context): Says {
  const none = { session_id: undefined, assignee: undefined, parent: undefined, result: undefined };
  if (!row) {
    const said = {
      description: sentence(mark, random),
      status: random.pick(taskStatuses),
      priority: random.pick(priorities),
    };
    addTask(tx, { ...none, ...said, task_id: intent.key }, context);
    return new Map(Object.entries(said));
  }
  const wanted = {
    ...(intent.deed === 'title' ? { description: sentence(mark, random) } : {}),
    ...(intent.deed === 'status' ? { status: random.pick(taskStatuses) } : {}),
    ...(intent.deed === 'priority' ? { priority: random.pick(priorities) } : {}),
  };
  const unsaid = { description: undefined, status: undefined, priority: undefined };
  updateTask(tx, { ...none, ...unsaid, ...wanted, task_id: intent.key }, context);
  const differing = Object.entries(wanted).filter(([name, value]) => row[name as keyof TaskRow] !== value);
  return new Map(differing);
}
