// What a context is put together from, told by the features that know it.
import { PrsistError } from '../core/errors.ts';
import { limits } from '../core/limits.ts';
import { assemble, type BriefSources } from '../features/brief/assemble.ts';
import { settingOf } from '../features/brief/feature.ts';
import { restrainedGit, restrainedPlace } from '../features/brief/telling.ts';
import type { ContextSources, StoredText } from '../features/cache/context/needs.ts';
import { delivered } from '../features/capture/deliveries.ts';
import { type DocumentRow, documentPage } from '../features/documents/queries.ts';
import { textOf } from '../features/documents/read.ts';
import { named } from '../features/documents/wire.ts';
import type { Context } from '../features/feature.ts';
import { runsOfSession, taskPage } from '../features/sessions/queries.ts';
import type { Read } from '../store/record-type.ts';

const bankKind = 'memory-bank';
const farFuture = 8.64e15;
const manyTasks = 50;

/** The sources of contexts, by those of briefs. */
export function contextSources(sources: BriefSources): ContextSources {
  const tellingOf = (context: Context) => sources.telling(context.project.root);
  const look = ({ now, project: { root } }: Context) => ({ now, root });
  return {
    memory: (context) => {
      const wanted = {
        agent: 'claude-code',
        reason: 'startup',
        anchor: 'none',
        maxTokens: limits.briefTokens,
      } as const;
      return assemble(sources, settingOf(context), wanted).text;
    },
    session: (context, asked) => {
      const session_id = asked ?? sources.sessions(context.read.project, context.worktree, 1)[0]?.session_id;
      if (session_id === undefined) return undefined;
      const anchor = sources.anchor(context.read, session_id, { ...look(context), git: context.git });
      if (!anchor) throw new PrsistError('session/not-found', `no session ${session_id}`, { field: 'session_id' });
      return restrainedPlace(anchor, tellingOf(context));
    },
    handoff: (context, agent) => {
      const { worktree, branch, now } = context;
      const { handoff } = sources.handoff(context.read.project, agent, { place: { worktree, branch }, now });
      return handoff && restrainedPlace(handoff, tellingOf(context));
    },
    tasks: (context) => openTasks(context.read.project),
    news: (context, session_id) => {
      const runs = context.read.project.all(runsOfSession, { session_id });
      const isOf = ({ agent, native }: { agent: string; native: string }) =>
        runs.some((run) => run.agent === agent && run.native_id === native);
      const told = delivered(context.read.user, context.project.id).filter(isOf);
      return told.flatMap(({ lines }) => lines.map(({ text }) => text));
    },
    stored: (context, name) => storedText(context, name),
    bank: ({ read }) => {
      const page = { kind: bankKind, source: null, prefix: null, retired: 0, least_trust: 1 };
      const last = { before_at: farFuture, before_ent: '\uffff', limit: limits.bankFiles };
      const rows = read.project.all(documentPage, { ...page, ...last });
      return rows.map((row) => shownText(read.project, row)).sort((a, b) => (a.uri < b.uri ? -1 : 1));
    },
    git: (context) => restrainedGit(context.git, tellingOf(context)),
  };
}

function openTasks(read: Read) {
  const first = { rank: -1, at: farFuture, id: '', limit: manyTasks };
  const open = ['in_progress', 'open'].flatMap((status) =>
    read.all(taskPage, { session_id: null, status, assignee: null, quarantined: 0, ...first }),
  );
  return open.map(({ task_id, description, status, priority }) => ({ id: task_id, description, status, priority }));
}

function storedText(context: Context, name: string): StoredText | undefined {
  try {
    return shownText(context.read.project, named(context.read.project, name, context));
  } catch (error) {
    if (error instanceof PrsistError && error.code === 'document/not-found') return undefined;
    throw error;
  }
}

/** What is in quarantine is shown to no model, whoever asks. */
function shownText(read: Read, row: DocumentRow): StoredText {
  const refused =
    row.retired_at !== null ? 'it is retired' : row.trust === 0 ? 'it is in quarantine (prsist trust list)' : undefined;
  return { uri: row.uri, text: refused === undefined ? textOf(read, row) : '', refused };
}
