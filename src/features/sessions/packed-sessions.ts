// Sessions and their messages in memory packages.
import { canonical } from '../../core/canonical.ts';
import { nextHlc } from '../../core/hlc.ts';
import { sha256Hex, uuidV8 } from '../../core/ids.ts';
import type { Origin } from '../../core/record.ts';
import type { Read, Write } from '../../store/record-type.ts';
import type { Arrived, Giving, LeavingOut, PackedChoice, Packing, Taken, TakingIn } from '../packed.ts';
import { sessionEntity } from './join.ts';
import {
  formOf,
  type PackedCompaction,
  type PackedMessage,
  type PackedRun,
  type PackedSession,
} from './packed-forms.ts';
import { actorOf, doubted, fact, pages } from './packed-pages.ts';
import {
  messagesFrom,
  type PackedMessageRow,
  type PackedSessionRow,
  partsOfSession,
  sessionsFrom,
  starterOf,
} from './packed-queries.ts';
import { takeFact } from './packed-take.ts';
import { type SessionRow, sessionById } from './queries.ts';
import { messageAdd, sessionCompact, sessionEnd, sessionPut, sessionRun, sessionStart } from './records.ts';

/** Sessions with their conversations: what each was called, when it went on, how it ended. */
export const sessionPacking: Packing = {
  kind: 'sessions',
  names: [sessionStart.name, sessionRun.name, sessionCompact.name],
  give: giveSessions,
  form: formOf,
  isThing: (name) => name === sessionStart.name,
  take(tx, arrived, how) {
    if (arrived.name === sessionStart.name) return takeSession(tx, arrived, how);
    return arrived.name === sessionRun.name ? takeRun(tx, arrived, how) : takeCompaction(tx, arrived, how);
  },
};

/** What was said in them. */
export const messagePacking: Packing = {
  kind: 'messages',
  names: [messageAdd.name],
  give: giveMessages,
  form: formOf,
  isThing: (_, { content }) => content !== '',
  take: takeMessage,
};

function* giveSessions(read: Read, choice: PackedChoice): Generator<Giving | LeavingOut> {
  const { since, sessions } = choice;
  for (const row of pages((after, limit) => read.all(sessionsFrom, { after, since, sessions, limit }))) {
    const isMarked = (JSON.parse(row.metadata) as { readonly sensitive?: unknown }).sensitive === true; // an object
    if (!choice.sensitive && (isMarked || row.trust === 0)) {
      yield { is: 'left', why: isMarked ? 'sensitive' : 'quarantined' };
      continue;
    }
    yield session(read, row);
    for (const part of read.all(partsOfSession, { ent: row.ent })) {
      yield fact(read, part, { name: `session.${part.op}`, texts: [], part: true });
    }
  }
}

/** What is computed of the metadata goes along where it comes from. */
function noted(text: string): {
  readonly initial: PackedSession['initial_context'];
  readonly summary: string | undefined;
  readonly rest: PackedSession['metadata'];
} {
  // a JSON object, written by the projection
  const { initial, summary, compactions: _, ...rest } = JSON.parse(text) as PackedSession['metadata'];
  return {
    initial: initial as PackedSession['initial_context'],
    summary: typeof summary === 'string' ? summary : undefined,
    rest,
  };
}

function session(read: Read, row: PackedSessionRow): Giving {
  const { session_id, ent, title, parent_session_id, fork_of, worktree, branch, head_start, started_at } = row;
  const { initial, summary, rest } = noted(row.metadata);
  const fields: PackedSession = {
    ...{ session_id, started_at, title, parent_session_id, fork_of, worktree, branch, head: head_start },
    ...(initial === undefined ? {} : { initial_context: initial }),
    metadata: rest,
    ...(row.ended_at === null
      ? {}
      : {
          end: { at: row.ended_at, reason: row.end_reason ?? '', head: row.head_end, ...(summary ? { summary } : {}) },
        }),
  };
  const origin = row.origin as Origin; // written by the projection
  return {
    ...{ is: 'given', name: sessionStart.name, ent, hlc: nextHlc('', started_at), fields },
    id: uuidV8(['package', ent, sha256Hex(canonical(fields))]),
    ...{ actor: actorOf(read.one(starterOf, { ent })), origin: row.trust === 0 ? doubted(origin) : origin },
  };
}

function* giveMessages(read: Read, choice: PackedChoice): Generator<Giving | LeavingOut> {
  const { since, sessions } = choice;
  for (const row of pages((after, limit) => read.all(messagesFrom, { after, since, sessions, limit }))) {
    const why = row.live === 0 ? 'rewound' : choice.sensitive ? undefined : whyNot(row);
    if (why) yield { is: 'left', why };
    // agents' own ids lead nowhere elsewhere; tokens stand in messages without words
    else {
      const as = { name: messageAdd.name, texts: ['content'], without: ['native_id'] };
      yield fact(read, row, { ...as, isDoubted: row.trust === 0, part: row.bytes === 0 });
    }
  }
}

function whyNot({ kind, trust, sensitive }: PackedMessageRow): LeavingOut['why'] | undefined {
  if (sensitive) return 'sensitive';
  if (kind === 'thinking') return 'thinking';
  return trust === 0 ? 'quarantined' : undefined;
}

function takeSession(tx: Write, arrived: Arrived, how: TakingIn): Taken {
  const said = arrived.fields as PackedSession; // its form was checked
  const session_id = how.idOf(said.session_id);
  const row = tx.one(sessionById, { session_id });
  if (!row) return { outcome: 'new', write: (into) => begin(into, { arrived, how, said, session_id }) };
  const ends = row.ended_at === null && said.end !== undefined;
  if (!ends && isSame(row, said)) return { outcome: 'known' };
  if (how.strategy === 'ours' || how.strategy === 'keep-both') return { outcome: 'kept' };
  return { outcome: 'replaced', write: (into) => change(into, { arrived, how, said, session_id }, row) };
}

interface Coming {
  readonly arrived: Arrived;
  readonly how: TakingIn;
  readonly said: PackedSession;
  readonly session_id: string;
}

function isSame(row: SessionRow, { title, metadata }: PackedSession): boolean {
  return row.title === title && canonical(noted(row.metadata).rest) === canonical(metadata);
}

function begin(tx: Write, { arrived, how, said, session_id }: Coming): void {
  const { started_at, title, parent_session_id, fork_of, worktree, branch, head, initial_context, metadata } = said;
  const by = { ent: sessionEntity(session_id), actor: arrived.actor, origin: arrived.origin };
  const id = how.idOf(`start ${said.session_id}`);
  tx.append(sessionStart, {
    ...by,
    ...(tx.known(id) ? {} : { id }),
    fields: {
      ...{ session_id, started_at, initial_context },
      ...{ title: title ?? undefined, worktree: worktree ?? undefined, branch: branch ?? undefined },
      head: head ?? undefined,
      parent_session_id: parent_session_id === null ? undefined : how.idOf(parent_session_id),
      fork_of: fork_of === null ? undefined : how.idOf(fork_of),
    },
  });
  if (Object.keys(metadata).length > 0) tx.append(sessionPut, { ...by, fields: { session_id, metadata } });
  end(tx, { arrived, how, said, session_id });
}

function change(tx: Write, coming: Coming, row: SessionRow): void {
  const { arrived, said, session_id } = coming;
  const { title, metadata } = said;
  if (!isSame(row, said)) {
    tx.append(sessionPut, {
      ...{ ent: sessionEntity(session_id), actor: arrived.actor, origin: arrived.origin },
      fields: { session_id, metadata, ...(title === null ? {} : { title }) },
    });
  }
  if (row.ended_at === null) end(tx, coming);
}

function end(tx: Write, { arrived, said, session_id }: Coming): void {
  if (!said.end) return;
  const { at: ended_at, reason, head, summary } = said.end;
  const { actor, origin } = arrived;
  const fields = { session_id, reason, ended_at, head: head ?? undefined, summary };
  tx.append(sessionEnd, { ent: sessionEntity(session_id), actor, origin, fields });
}

function takeRun(tx: Write, arrived: Arrived, how: TakingIn): Taken {
  const { idOf } = how;
  const said = arrived.fields as PackedRun; // its form was checked
  const session_id = idOf(said.session_id);
  return takeFact(tx, arrived, how, {
    ...{ type: sessionRun, ent: sessionEntity(session_id) },
    // by the agent's own id, what it says here later would be taken for more of this conversation
    fields: () => ({ ...said, session_id, run_id: idOf(said.run_id), native_id: idOf(said.native_id) }),
  });
}

function takeCompaction(tx: Write, arrived: Arrived, how: TakingIn): Taken {
  const said = arrived.fields as PackedCompaction; // its form was checked
  const session_id = how.idOf(said.session_id);
  const { trigger, at, pre_tokens } = said;
  return takeFact(tx, arrived, how, {
    ...{ type: sessionCompact, ent: sessionEntity(session_id) },
    fields: () => ({ session_id, trigger, at, ...(pre_tokens === undefined ? {} : { pre_tokens }) }),
  });
}

function takeMessage(tx: Write, arrived: Arrived, how: TakingIn): Taken {
  const { idOf } = how;
  const { content, usage, metadata, ...said } = arrived.fields as PackedMessage; // its form was checked
  return takeFact(tx, arrived, how, {
    type: messageAdd,
    fields: (into) => ({
      ...{ ...said, session_id: idOf(said.session_id), metadata },
      ...{ run_id: said.run_id && idOf(said.run_id), parent_id: said.parent_id && idOf(said.parent_id) },
      // a request of ours by the same name is another one
      usage: usage && { ...usage, request_id: idOf(usage.request_id) },
      ...into.keep('content', content),
    }),
  });
}
