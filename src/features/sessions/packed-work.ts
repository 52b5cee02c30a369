// What was done in sessions, and the commits of a project, in memory packages.
import type { Read, Write } from '../../store/record-type.ts';
import type { Arrived, Giving, LeavingOut, PackedChoice, Packing, Taken, TakingIn } from '../packed.ts';
import { commitBySha, commitsOfSession } from './commit-queries.ts';
import {
  formOf,
  type PackedCommit,
  type PackedEdit,
  type PackedLink,
  type PackedRewrite,
  type PackedTool,
} from './packed-forms.ts';
import { bodyOf, fact, pages } from './packed-pages.ts';
import { commitsFrom, editsFrom, type PackedRow, recordAt, toolsFrom } from './packed-queries.ts';
import { takeFact } from './packed-take.ts';
import { commitAdd, commitLink, commitRewrite, editAdd, toolAdd } from './records.ts';

/** Calls of tools with what came out: only in a package that holds everything. */
export const toolPacking: Packing = {
  kind: 'tools',
  names: [toolAdd.name],
  give: giveTools,
  form: formOf,
  isThing: (_, { part }) => part === 'call',
  take: takeTool,
};

/** Edits of files: only in a package that holds everything, and only from somebody of ours. */
export const editPacking: Packing = {
  kind: 'edits',
  names: [editAdd.name],
  give: giveEdits,
  form: formOf,
  take: takeEdit,
};

/** Commits, what became of them, and which session made them. */
export const commitPacking: Packing = {
  kind: 'commits',
  names: [commitAdd.name, commitRewrite.name, commitLink.name],
  give: giveCommits,
  form: formOf,
  isThing: (name) => name === commitAdd.name,
  take(tx, arrived, how) {
    if (arrived.name === commitAdd.name) return takeCommit(tx, arrived, how);
    // a stranger's word would hide commits of ours, or tie them to what was never said here
    if (!how.isMember) return { outcome: 'left' };
    return arrived.name === commitRewrite.name ? takeRewrite(tx, arrived, how) : takeLink(tx, arrived, how);
  },
};

function* giveTools(read: Read, choice: PackedChoice): Generator<Giving | LeavingOut> {
  const { since, sessions } = choice;
  for (const { rec, result_rec } of pages((after, limit) => read.all(toolsFrom, { after, since, sessions, limit }))) {
    if (!choice.sensitive) {
      yield { is: 'left', why: 'tool output' };
      continue;
    }
    const rows = [...new Set([rec, result_rec])].flatMap((n) => (n === null ? [] : (read.one(recordAt, { n }) ?? [])));
    const as = { name: toolAdd.name, texts: ['input', 'output', 'command'] };
    for (const [place, row] of rows.entries()) yield fact(read, row, { ...as, part: place > 0 });
  }
}

function* giveEdits(read: Read, choice: PackedChoice): Generator<Giving | LeavingOut> {
  const { since, sessions } = choice;
  for (const row of pages((after, limit) => read.all(editsFrom, { after, since, sessions, limit }))) {
    yield choice.sensitive ? fact(read, row, { name: editAdd.name, texts: [] }) : { is: 'left', why: 'work' };
  }
}

function* giveCommits(read: Read, choice: PackedChoice): Generator<Giving | LeavingOut> {
  const asked = choice.sessions === null ? undefined : ofSessions(read, choice.sessions);
  for (const row of pages((after, limit) => read.all(commitsFrom, { after, limit }))) {
    if (!isAsked(row, choice, asked)) continue;
    const isAdd = row.op === 'add';
    const isDoubted = bodyOf(row).fields['quarantined'] === true;
    if (isDoubted && !choice.sensitive) yield { is: 'left', why: 'quarantined' };
    else {
      const as = { name: `commit.${row.op}`, texts: isAdd ? ['body'] : [], without: ['quarantined'] };
      yield fact(read, row, { ...as, isDoubted, part: !isAdd });
    }
  }
}

interface OfSessions {
  readonly sessions: ReadonlySet<string>;
  readonly shas: ReadonlySet<string>;
}

function ofSessions(read: Read, text: string): OfSessions {
  const sessions = JSON.parse(text) as readonly string[]; // by the form of a choice
  const rows = sessions.flatMap((session_id) => read.all(commitsOfSession, { session_id }));
  return { sessions: new Set(sessions), shas: new Set(rows.map(({ sha }) => sha)) };
}

function isAsked(row: PackedRow & { readonly op: string }, choice: PackedChoice, asked?: OfSessions): boolean {
  const { sha, to, session_id, committed_at, at } = bodyOf(row).fields;
  if (Number(committed_at ?? at ?? 0) < choice.since) return false;
  if (!asked) return true;
  if (row.op === 'link') return asked.sessions.has(String(session_id));
  return asked.shas.has(String(row.op === 'rewrite' ? to : sha));
}

function takeTool(tx: Write, arrived: Arrived, how: TakingIn): Taken {
  const { idOf } = how;
  const { input, output, ...said } = arrived.fields as PackedTool; // its form was checked
  return takeFact(tx, arrived, how, {
    type: toolAdd,
    fields: (into) => ({
      ...{ ...said, session_id: idOf(said.session_id), run_id: said.run_id && idOf(said.run_id) },
      ...(input === undefined ? {} : into.keep('input', input)),
      ...(output === undefined ? {} : into.keep('output', output)),
    }),
  });
}

function takeEdit(tx: Write, arrived: Arrived, how: TakingIn): Taken {
  const { idOf, isMember } = how;
  const said = arrived.fields as PackedEdit; // its form was checked
  const taken = takeFact(tx, arrived, how, {
    type: editAdd,
    fields: () => ({
      ...{ ...said, session_id: idOf(said.session_id), run_id: said.run_id && idOf(said.run_id) },
      tool_call_id: said.tool_call_id && idOf(said.tool_call_id),
    }),
  });
  // edits say who changed which line of our files, and nothing puts them in quarantine
  return taken.outcome === 'new' && !isMember ? { outcome: 'left' } : taken;
}

function takeCommit(tx: Write, arrived: Arrived, how: TakingIn): Taken {
  const { body, ...said } = arrived.fields as PackedCommit; // its form was checked
  if (tx.one(commitBySha, { sha: said.sha })) return { outcome: 'known' };
  const told = { ...said, ...(how.isMember ? {} : { quarantined: true as const }) };
  return takeFact(tx, arrived, how, { type: commitAdd, fields: (into) => ({ ...told, ...into.keep('body', body) }) });
}

function takeRewrite(tx: Write, arrived: Arrived, how: TakingIn): Taken {
  const said = arrived.fields as PackedRewrite; // its form was checked
  return takeFact(tx, arrived, how, { type: commitRewrite, fields: () => said });
}

function takeLink(tx: Write, arrived: Arrived, how: TakingIn): Taken {
  const said = arrived.fields as PackedLink; // its form was checked
  return takeFact(tx, arrived, how, {
    type: commitLink,
    fields: () => ({ ...said, session_id: how.idOf(said.session_id) }),
  });
}
