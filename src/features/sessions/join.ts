import type { CapturedSession } from '../../core/captured.ts';
import { uuidV8 } from '../../core/ids.ts';
import type { Actor, Origin } from '../../core/record.ts';
import { transcriptAgents } from '../../core/words.ts';
import type { Read, Write } from '../../store/record-type.ts';
import { handoffOfRun, originalRun, runOf, sessionById, sessionExists } from './queries.ts';
import { handoffAccept, sessionResume, sessionRun, sessionStart } from './records.ts';

/** What joining needs to know of the source of a conversation. */
export interface JoinSource {
  readonly agent: string;
  readonly user: string;
  readonly device: string;
  readonly trusted: 'own' | 'foreign';
  readonly worktreeOf: (cwd: string) => string | undefined;
}

export interface Joined {
  readonly session_id: string;
  readonly run_id: string;
  /** Records written. */
  readonly added: number;
}

/**
 * Finds the session of an agent's own conversation, or begins one: the session that handed over to it when a handoff was
 * printed to this very run, else a new one whose id is the native id. Called with the first thing the run says.
 * into: the session it joins when the caller names one.
 */
export function joinOrStart(tx: Write, source: JoinSource, said: CapturedSession, into?: string): Joined {
  const run_id: string = uuidV8([source.agent, said.session, 'run']);
  const known = tx.one(runOf, { agent: source.agent, native_id: said.session });
  if (known) {
    const isOwn = into === undefined && known.session_id === said.session;
    return { session_id: known.session_id, run_id: known.run_id, added: isOwn ? start(tx, source, said) : 0 };
  }
  const handoff = into === undefined ? tx.one(handoffOfRun, { native_id: said.session }) : undefined;
  const session_id = into ?? handoff?.session_id ?? said.session;
  const author = authorOf(source, session_id);
  const begins = (into === undefined && !handoff) || !tx.one(sessionExists, { session_id });
  let added = 1 + (begins ? start(tx, source, { ...said, session: session_id }) : 0);
  tx.append(sessionRun, {
    id: uuidV8([source.agent, said.session, 'run']),
    ent: sessionEntity(session_id),
    fields: {
      ...{ session_id, run_id, agent: source.agent, native_id: said.session, started_at: said.at },
      ...{ dev: source.device, model: said.model, branch: said.branch, head: said.head },
    },
    ...author,
  });
  if (handoff) {
    tx.append(handoffAccept, {
      ent: handoff.handoff_id,
      fields: { session_id, agent: source.agent, at: said.at, run_id, device: source.device },
      ...author,
    });
    added += 1 + reopen(tx, { session_id, run_id, at: said.at }, author);
  }
  return { session_id, run_id, added };
}

/** The sender has left since: its session goes on all the same. */
function reopen(
  tx: Write,
  fields: { readonly session_id: string; readonly run_id: string; readonly at: number },
  author: { readonly actor: Actor; readonly origin: Origin },
): number {
  const { session_id } = fields;
  const ended = tx.one(sessionById, { session_id })?.ended_at ?? null;
  if (ended === null || ended > fields.at) return 0;
  tx.append(sessionResume, { ent: sessionEntity(session_id), fields, ...author });
  return 1;
}

/** True when a conversation was taken in from the transcript of another agent than this one. */
export function hasOriginal(read: Read, agent: string, native_id: string): boolean {
  const agents = JSON.stringify(transcriptAgents.filter((each) => each !== agent));
  return read.one(originalRun, { agents, native_id }) !== undefined;
}

/** The entity of a session: one for one id, whoever starts it. */
export function sessionEntity(session_id: string) {
  return uuidV8(['session', session_id]);
}

/** What the conversation itself says of its start, once; somebody may have started its session before by a request. */
function start(tx: Write, source: JoinSource, said: CapturedSession): number {
  const session_id = said.session;
  const id = uuidV8([source.agent, session_id, 'start']);
  if (tx.known(id)) return 0;
  tx.append(sessionStart, {
    id,
    ent: sessionEntity(session_id),
    fields: {
      ...{ session_id, agent: source.agent, started_at: said.at, title: said.title },
      ...{ parent_session_id: said.parent, fork_of: said.forkOf, branch: said.branch, head: said.head },
      worktree: said.cwd === undefined ? undefined : source.worktreeOf(said.cwd),
    },
    ...authorOf(source, session_id),
  });
  return 1;
}

function authorOf(source: JoinSource, session: string): { actor: Actor; origin: Origin } {
  const origin = source.trusted === 'own' ? 'agent' : 'import';
  return { actor: { user: source.user, agent: source.agent, session }, origin };
}
