// Commits as search knows them: a commit that became another one is found as that one, under either sha.
import { cutParts } from '../../core/excerpt.ts';
import { trustOfSaid } from '../../core/trust.ts';
import type { Applied, Read } from '../../store/record-type.ts';
import type { Findable, Hiding, SearchPart, Showing } from '../findable.ts';
import { commitBySha, familyOfSha, formerShas, presentOf, rewritesFrom } from './commit-queries.ts';
import { foundCommit } from './queries.ts';
import { type CommitAdd, type CommitRewrite, commitAdd, commitRewrite } from './records.ts';

/** A commit that touches more files is about none of them. */
const commitFiles = 100;
/** Of a commit that was made of many, so many of their shas are names of it. */
const mostFormer = 20;
/** Lengths in which people and programs shorten a sha. */
const lengths = [7, 8, 9, 10, 11, 12, 64];

type Found = Applied<Readonly<Record<string, unknown>>>;

export const commitFindables: readonly Findable[] = [
  { record: commitAdd.name, parts: ({ fields }, tx) => partsOf(tx, [shaOf(fields)]) },
  // what a commit is made of are names of it: of the one that lost some, and of the one that got them
  { record: commitRewrite.name, parts: (record, tx) => partsOf(tx, namedAnew(record, tx)) },
];

export const commitHidings: readonly Hiding[] = [
  { record: commitAdd.name, hidden: ({ fields }, tx) => hiddenAround(tx, shaOf(fields)) },
  { record: commitRewrite.name, hidden: ({ fields }, tx) => hiddenAround(tx, rewriteIn(fields).from) },
];

export const commitShowing: Showing = {
  kind: 'commit',
  text: (read, ent, part) => {
    const row = read.one(foundCommit, { ent });
    return row && textsOf(read, read.fields(row.rec))[part];
  },
  heading: (read, ent) => {
    const row = read.one(foundCommit, { ent });
    if (!row) return { key: null, title: null };
    return { key: row.rewritten_to ?? row.sha, title: String(read.fields(row.rec)['subject'] ?? '') };
  },
};

function shaOf(fields: Readonly<Record<string, unknown>>): string {
  return (fields as unknown as CommitAdd).sha; // only ever records of commit.add
}

function rewriteIn(fields: Readonly<Record<string, unknown>>): CommitRewrite {
  return fields as unknown as CommitRewrite; // only ever records of commit.rewrite
}

/** Whose names change: what a sha was until now, and what it is. */
function namedAnew({ fields }: Found, tx: Read): readonly string[] {
  const { from, to } = rewriteIn(fields);
  const others = tx.all(rewritesFrom, { shas: JSON.stringify([from]) }).map((each) => each.to_sha);
  const ends = [from, ...others].flatMap((sha) => tx.one(presentOf, { sha })?.present ?? []);
  return [...new Set([from, to, ...others, ...ends])];
}

function partsOf(tx: Read, shas: readonly string[]): readonly SearchPart[] {
  return shas.flatMap((sha) => {
    const row = tx.one(commitBySha, { sha });
    return row ? parts(tx, row) : [];
  });
}

function parts(tx: Read, { sha, ent, rec }: { sha: string; ent: string; rec: number }): readonly SearchPart[] {
  const fields = tx.fields(rec);
  const { author, branch, committed_at, files } = fields as unknown as CommitAdd; // only ever records of commit.add
  const former = tx.all(formerShas, { sha }).map((each) => each.sha);
  const shas = [sha, ...former.slice(0, mostFormer)].flatMap((each) => lengths.map((length) => each.slice(0, length)));
  const about = {
    ...{ kind: 'commit' as const, ent, session_id: null, at: committed_at, author },
    ...{ layer: null, scope: null, priority: null, tenant_id: null, user_id: null, agent_id: null },
    ...{ names: [branch ?? '', ...shas].join(' ').trim() },
    path: files.length > commitFiles ? null : files.map(([path]) => path).join('\n') || null,
  };
  const texts = textsOf(tx, fields);
  const trust = fields['quarantined'] === true ? 0 : trustOfSaid('import', () => texts.join('\n'));
  return texts.map((text, part) => ({ ...about, part, text, trust }));
}

function textsOf(read: Read, fields: Readonly<Record<string, unknown>>): readonly string[] {
  return cutParts(`${String(fields['subject'] ?? '')}\n\n${read.text(fields, 'body')}`.trim());
}

/** What became another commit that is here is found as that one. */
function hiddenAround(tx: Read, sha: string): ReturnType<Hiding['hidden']> {
  const shas = new Set([sha, ...tx.all(familyOfSha, { sha }).map((each) => each.sha)]);
  return [...shas].flatMap((each) => {
    const row = tx.one(commitBySha, { sha: each });
    if (!row) return [];
    const present = tx.one(presentOf, { sha: each })?.present ?? each;
    const hidden = present !== each && tx.one(commitBySha, { sha: present }) !== undefined;
    return [{ kind: 'commit' as const, ent: row.ent, hidden }];
  });
}
