// What may happen on a device, as the records that verbs and capture write of it.
import { canonical } from '../../../src/core/canonical.ts';
import { type Id, uuidV8 } from '../../../src/core/ids.ts';
import type { Origin } from '../../../src/core/record.ts';
import { conflictResolve } from '../../../src/features/conflicts/records.ts';
import { documentPut, documentRetire, documentTrust } from '../../../src/features/documents/records.ts';
import * as context from '../../../src/features/entries/records.ts';
import * as session from '../../../src/features/sessions/records.ts';
import type { RecordType, Write } from '../../../src/store/record-type.ts';
import type { Random } from '../../harness/secrets/random.ts';
import type { Device } from './devices.ts';

interface Acting {
  readonly tx: Write;
  readonly device: Device;
  readonly random: Random;
}

const start = Date.UTC(2026, 0, 2);
const origins: readonly Origin[] = ['human', 'agent', 'agent', 'import', 'tool-output'];
const ids = (kind: string, random: Random, of: number) => uuidV8([kind, String(random.below(of))]);

/** What has an id of its own is a fact of a source, and says the same on every device that reads it. */
function say<F>({ tx, device, random }: Acting, type: RecordType<F>, ent: Id, fields: F, id?: Id): void {
  if (id) {
    if (!tx.known(id)) tx.append(type, { ent, id, fields, actor: { user: 'u', agent: 'codex' }, origin: 'agent' });
    return;
  }
  const actor = { user: 'u', agent: `agent-${device.name}` };
  tx.append(type, { ent, fields, actor, origin: random.pick(origins) });
}

const at = ({ random }: Acting) => start + random.below(40) * 1_000;

function entry(acting: Acting): void {
  const { tx, random } = acting;
  const key = `key-${random.below(3)}`;
  const ent = uuidV8(['entry', key]);
  const row = tx.one<{ ent: string }, { value: string }>(
    { sql: 'select value from memory_context_registry where ent = :ent' },
    { ent },
  );
  const which = row ? random.below(10) : 9;
  const tag = random.pick(['a', 'b']);
  if (which === 0) say(acting, context.contextRetire, ent, {});
  else if (which === 1) say(acting, context.contextTag, ent, random.below(2) ? { add: [tag] } : { remove: [tag] });
  else if (which === 2) say(acting, context.contextTrust, ent, { trust: random.below(4) });
  else if (which === 3) say(acting, context.contextFeedback, ent, { useful: 1 });
  else if (which === 4)
    say(acting, context.contextLink, ent, { add: [{ rel: 'about', ent: ids('entry', random, 3) }] });
  else if (which === 5)
    say(acting, context.contextPut, ent, { layer: random.pick(['session', 'long_term', 'permanent'] as const) });
  else if (which === 6)
    say(acting, context.contextPut, ent, { category: random.pick(['fact', 'note']), session_id: tag });
  else {
    const value = random.pick([
      random.below(3),
      { a: random.below(3), b: random.below(3) },
      `x\ny ${random.below(3)}\nz`,
    ]);
    const identity = row ? {} : { key, scope: 'project' as const, source: 'test', priority: 'medium' as const };
    say(acting, context.contextPut, ent, { ...identity, value: canonical(value) });
  }
}

function resolve(acting: Acting): void {
  const { tx, random } = acting;
  const open = tx.all<Record<never, never>, { ent: Id; field: string; sides: string }>(
    { sql: "select ent, field, sides from conflicts where status = 'open' order by conflict_id" },
    {},
  );
  if (open.length === 0) return;
  const { ent, field, sides } = random.pick(open);
  const heads = (JSON.parse(sides) as { log: string; seq: number }[]).map(({ log, seq }) => [log, seq] as const);
  say(acting, conflictResolve, ent, { field, heads, pick: random.below(heads.length) });
}

function document(acting: Acting): void {
  const { tx, random } = acting;
  const uri = `file-${random.below(2)}`;
  const ent = uuidV8(['document', uri]);
  const row = tx.one<{ ent: string }, { ent: string }>({ sql: 'select ent from documents where ent = :ent' }, { ent });
  const which = row ? random.below(7) : 9;
  if (which === 0) say(acting, documentRetire, ent, {});
  else if (which === 1) say(acting, documentTrust, ent, { trust: random.below(4) });
  else if (which === 2) say(acting, documentPut, ent, { title: random.pick(['one', 'two']) });
  else if (which === 3) say(acting, documentPut, ent, { version: random.pick(['1', '2']) });
  else {
    const lines = ['one', 'two', 'three', 'four'].with(random.below(4), `said ${random.below(100)}`);
    say(acting, documentPut, ent, { uri, source: 'test', content: lines.join('\n') });
  }
}

function task(acting: Acting): void {
  const { tx, random } = acting;
  const task_id = `t-${random.below(3)}`;
  const ent = uuidV8(['task', 's-0', task_id]);
  const row = tx.one<{ ent: string }, { ent: string }>({ sql: 'select ent from tasks where ent = :ent' }, { ent });
  const status = random.pick(['open', 'in_progress', 'done', 'rejected', 'superseded'] as const);
  if (!row) say(acting, session.taskAdd, ent, { task_id, session_id: 's-0', description: 'do it', at: at(acting) });
  else if (random.below(4) === 0) say(acting, session.taskUpdate, ent, { position: random.below(5), at: at(acting) });
  else say(acting, session.taskUpdate, ent, { status, at: at(acting) });
}

function sessions(acting: Acting): void {
  const { random } = acting;
  const session_id = `s-${random.below(2)}`;
  const ent = uuidV8(['session', session_id]);
  const which = random.below(7);
  if (which === 0) say(acting, session.sessionResume, ent, { session_id, at: at(acting) });
  else if (which === 1)
    say(acting, session.sessionEnd, ent, {
      session_id,
      reason: random.pick(['exit', 'clear']),
      ended_at: at(acting),
      summary: `did ${random.below(9)}`,
    });
  else if (which === 2)
    say(acting, session.sessionPut, ent, {
      session_id,
      title: random.pick(['this', 'that']),
      metadata: { n: random.below(9), branches: { [random.pick(['a', 'b'])]: random.below(9) } },
    });
  else if (which === 3) say(acting, session.sessionCompact, ent, { session_id, trigger: 'auto', at: at(acting) });
  else if (which === 4) {
    const native_id = `n-${random.below(3)}`;
    const run = {
      session_id,
      run_id: uuidV8(['run', native_id, session_id]),
      agent: 'codex',
      native_id: `${native_id}${session_id}`,
    };
    say(
      acting,
      session.sessionRun,
      ent,
      { ...run, started_at: start, dev: acting.device.name },
      uuidV8(['run of', native_id, session_id]),
    );
  } else
    say(acting, session.sessionStart, ent, {
      session_id,
      started_at: at(acting),
      agent: 'codex',
      ...(random.below(2) ? { title: 'begun' } : {}),
      ...(random.below(2) ? { branch: 'main' } : {}),
    });
}

function message(acting: Acting): void {
  const { random } = acting;
  const session_id = `s-${random.below(2)}`;
  const n = random.below(8);
  const ent = uuidV8(['message', session_id, String(n)]);
  if (random.below(5) === 0) {
    say(acting, session.messageMark, ent, { session_id, live: random.pick([0, 1] as const) });
    return;
  }
  const revision = random.below(3);
  const usage = {
    request_id: `r-${n % 4}`,
    fresh: 1,
    cache_read: 2,
    cache_write: 3,
    write_1h: 0,
    output: n + revision,
    reasoning: 0,
  };
  const words = {
    role: 'user',
    kind: 'prompt',
    content: `said ${n} again ${revision}`,
    at: start + n * 1_000,
  } as const;
  const id = uuidV8(['message', session_id, String(n), String(revision)]);
  say(
    acting,
    session.messageAdd,
    ent,
    { session_id, ...words, ...(n > 2 ? { usage } : {}), ...(revision > 0 ? { revision } : {}) },
    id,
  );
}

function work(acting: Acting): void {
  const { random } = acting;
  const session_id = `s-${random.below(2)}`;
  const n = random.below(5);
  const name = [session_id, String(n)];
  const part = random.pick(['call', 'result'] as const);
  const path = n % 2 ? 'a.ts' : 'b.ts';
  const which = random.below(5);
  if (which === 0) {
    const edit = { session_id, path, kind: 'modify', source: 'transcript', at: start + n * 60_000, added: n } as const;
    say(acting, session.editAdd, uuidV8(['edit', ...name]), edit, uuidV8(['edit of', ...name]));
  } else if (which === 1) {
    const sha = `${n}`.repeat(40);
    const times = { authored_at: start + n * 30_000, committed_at: start + n * 30_000 };
    const said = {
      sha,
      parents: [],
      author: 'a',
      email: 'e',
      subject: 'did it',
      files: [[path, 1, 1, 'modify'] as const],
      ...times,
    };
    say(acting, session.commitAdd, uuidV8(['commit', sha]), said, uuidV8(['commit of', sha]));
  } else if (which === 2) {
    const [was, is] = [random.below(5), random.below(5)];
    const [from, to] = [String(was).repeat(40), String(is).repeat(40)];
    const ent = uuidV8(['rewrite', from, to]);
    say(
      acting,
      session.commitRewrite,
      ent,
      { from, to, by: 'amend', at: start + (5 * was + is) * 1_000 },
      uuidV8(['rewrite of', from, to]),
    );
  } else {
    const call = { tool: 'Bash', command: 'git log', files: [path] };
    const fields = {
      session_id,
      part,
      at: start + n * 7_000 + (part === 'call' ? 0 : 500),
      ...(part === 'call' ? call : { output: '00000000', exit_code: 0 }),
    };
    say(acting, session.toolAdd, uuidV8(['tool', ...name]), fields, uuidV8(['tool of', ...name, part]));
  }
}

function handoff(acting: Acting): void {
  const { tx, random } = acting;
  const session_id = `s-${random.below(2)}`;
  const known = tx.all<Record<never, never>, { handoff_id: Id }>(
    { sql: 'select handoff_id from handoffs order by handoff_id' },
    {},
  );
  const which = known.length === 0 ? 2 : random.below(4);
  const ent = known.length === 0 ? undefined : random.pick(known).handoff_id;
  if (which === 0 && ent)
    say(acting, session.handoffAccept, ent, {
      session_id,
      agent: acting.device.name,
      at: at(acting),
      device: acting.device.name,
    });
  else if (which === 1 && ent) say(acting, session.handoffDecline, ent, { reason: 'no', at: at(acting) });
  else {
    const who = {
      from_agent: acting.device.name,
      to_agent: random.pick(['codex', 'any']),
      reason: 'r',
      continuation_instructions: '',
    };
    const created_at = start + random.below(3) * 1_000;
    const snapshot = {} as session.HandoffCreate['snapshot'];
    const fields = {
      session_id,
      ...who,
      critical_info: {},
      snapshot,
      through: {},
      created_at,
      expires_at: created_at + 1e9,
    };
    say(acting, session.handoffCreate, tx.newId(), fields);
  }
}

const happenings = [
  entry,
  entry,
  entry,
  resolve,
  document,
  document,
  task,
  task,
  sessions,
  sessions,
  message,
  message,
  work,
  work,
  handoff,
];

/** One thing happens on a device. Returns what. */
export async function happens(device: Device, random: Random): Promise<string> {
  device.clock.now += random.below(3) * 1_000;
  const one = random.pick(happenings);
  await device.store.write((tx) => one({ tx, device, random }));
  return `${device.name} ${one.name}`;
}
