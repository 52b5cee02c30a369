// What an entry would be if somebody had never touched it: its history without their versions.
import { canonical } from '../../core/canonical.ts';
import { headOf } from '../../core/excerpt.ts';
import { hlcMs } from '../../core/hlc.ts';
import type { Id } from '../../core/ids.ts';
import { limits } from '../../core/limits.ts';
import type { Actor, Origin } from '../../core/record.ts';
import type { Read, Write } from '../../store/record-type.ts';
import type { Theirs } from '../theirs.ts';
import { tagChange } from './annotate.ts';
import { changedBy, type EntryRow, entryByEnt, type LinkRow, linksOf, type VersionRow, versionsOf } from './queries.ts';
import {
  type ContextLink,
  type ContextPut,
  type ContextTag,
  contextLink,
  contextPut,
  contextRetire,
  contextTag,
  type Link,
  type Said,
} from './records.ts';
import { valueText } from './reply.ts';

export interface By {
  readonly actor: Actor;
  readonly origin: Origin;
  readonly reason: string;
}

const shownChars = 200;
const everyVersion = { before: Number.MAX_SAFE_INTEGER, limit: 100_000 };

/** What is to be done to every entry that they changed and that stands as they left it; nothing is written by looking. */
export function undoings(read: Read, theirs: Theirs) {
  const { session, author, origin, package: from } = theirs;
  return read
    .all(changedBy, { session, author, origin, package: from })
    .flatMap(({ ent }) => undoing(read, ent, theirs) ?? []);
}

function undoing(read: Read, ent: string, theirs: Theirs) {
  const row = read.one(entryByEnt, { ent });
  const versions = read.all(versionsOf, { ent, ...everyVersion }).reverse();
  const others = versions.filter((version) => !isTheirs(version, theirs));
  if (!row || others.length === versions.length) return undefined;
  const wanted = foldedFrom(read, others);
  const before = headOf(valueText(row.value), shownChars);
  const about = { ent: ent as Id, key: row.key, scope: row.scope, before, version: versions.length }; // ids in rows
  if (!wanted || wanted.state === 'retired') {
    if (row.state === 'retired') return undefined;
    const carryOut = (tx: Write, by: By) => {
      const { reason, ...author } = by;
      tx.append(contextRetire, { ent: about.ent, fields: { reason }, ...author });
    };
    return { ...about, after: null, carryOut };
  }
  const fields = fieldsBack(row, wanted);
  const tags = tagsBack(row, wanted);
  const links = linksBack(read.all(linksOf, row), wanted);
  if (row.state === 'live' && Object.keys(fields).length === 0 && !tags && !links) return undefined;
  const carryOut = (tx: Write, { reason: _, ...author }: By) => {
    const { text, ...rest } = fields;
    const value = text === undefined ? {} : { ...tx.keep('value', text, limits.inlineValueBytes), said: wanted.said };
    tx.append(contextPut, { ent: about.ent, fields: { ...rest, ...value }, ...author });
    if (links) tx.append(contextLink, { ent: about.ent, fields: links, ...author });
    if (tags) tx.append(contextTag, { ent: about.ent, fields: tags, ...author });
  };
  return { ...about, after: headOf(valueText(wanted.value), shownChars), carryOut };
}

function isTheirs({ hlc, actor, origin }: VersionRow, theirs: Theirs): boolean {
  // an erased record says nothing of anybody
  if (actor === null) return false;
  const by = JSON.parse(actor) as Actor; // a body that an engine of ours wrote
  const at = hlcMs(hlc);
  return (
    (theirs.session === null || by.session === theirs.session) &&
    (theirs.author === null || (by.agent ?? by.user) === theirs.author) &&
    (theirs.origin === null || origin === theirs.origin) &&
    (theirs.package === null || by.via?.package === theirs.package) &&
    at >= theirs.since &&
    at <= theirs.until
  );
}

interface Folded {
  readonly value: string;
  readonly said: Said;
  readonly state: 'live' | 'retired';
  readonly tags: readonly string[];
  readonly links: readonly Link[];
  readonly fields: Pick<ContextPut, 'layer' | 'priority' | 'category' | 'source' | 'expires_at' | 'metadata'>;
}

/** The entry as these versions alone make it; undefined where the one that made it is not among them. */
function foldedFrom(read: Read, versions: readonly VersionRow[]): Folded | undefined {
  let folded: Folded | undefined;
  for (const version of versions) {
    const fields = read.fields(version.n);
    if (version.op === 'put') folded = afterPut(read, version, folded, fields as ContextPut);
    else if (version.op === 'retire' && folded) folded = { ...folded, state: 'retired' };
    else if (version.op === 'tag' && folded) folded = { ...folded, tags: tagsAfter(folded.tags, fields as ContextTag) };
    else if (version.op === 'link' && folded) folded = { ...folded, links: linksAfter(folded.links, fields) };
  }
  return folded;
}

function afterPut(
  read: Read,
  { actor, origin }: VersionRow,
  before: Folded | undefined,
  { value, value_blob, said, ...put }: ContextPut,
): Folded | undefined {
  const { layer, priority, category, source, expires_at, metadata } = put;
  const isNew = value !== undefined || value_blob !== undefined;
  if (!before && !isNew) return undefined;
  const given = { layer, priority, category, source, expires_at, metadata };
  const fields = Object.fromEntries(Object.entries(given).filter(([, each]) => each !== undefined));
  // a body that an engine of ours wrote
  const author = said ?? { origin: origin as Origin, actor: JSON.parse(actor ?? '{"user":""}') as Actor };
  return {
    ...(before ?? { tags: [], links: [], value: '', said: author }),
    ...(isNew ? { value: value ?? read.blob(value_blob ?? '') ?? '""', said: author } : {}),
    state: 'live',
    fields: { ...before?.fields, ...fields },
  };
}

function tagsAfter(before: readonly string[], { add = [], remove = [] }: ContextTag): readonly string[] {
  return [...new Set([...before, ...add])].filter((tag) => !remove.includes(tag));
}

function linksAfter(before: readonly Link[], { add = [], remove = [] }: ContextLink): readonly Link[] {
  const kept = before.filter((link) => !remove.some((gone) => isSame(link, gone)));
  return [...kept, ...add.filter((link) => !kept.some((each) => isSame(link, each)))];
}

function isSame(a: Link, b: Link): boolean {
  return a.rel === b.rel && a.ent === b.ent;
}

/** What must be written so that a row has the value and place of what it is to be; text: the value's own. */
function fieldsBack(row: EntryRow, { value, fields, said }: Folded): ContextPut & { readonly text?: string } {
  const { layer, priority, category, source, expires_at = null, metadata = {} } = fields;
  const stands = row.value === value && row.origin === said.origin && row.actor === canonical(said.actor);
  return {
    ...(layer === undefined || layer === row.layer ? {} : { layer }),
    ...(priority === undefined || priority === row.priority ? {} : { priority }),
    ...(category === undefined || category === row.category ? {} : { category }),
    ...(source === undefined || source === row.source ? {} : { source }),
    ...(expires_at === row.expires_at ? {} : { expires_at }),
    ...(canonical(metadata) === row.metadata ? {} : { metadata }),
    ...(stands ? {} : { text: value }),
  };
}

function tagsBack(row: EntryRow, { tags }: Folded): ContextTag | undefined {
  const now = JSON.parse(row.tags) as string[]; // a list of words, written by the projection
  return tagChange(
    new Set(now),
    tags,
    now.filter((tag) => !tags.includes(tag)),
  );
}

function linksBack(rows: readonly LinkRow[], { links }: Folded): ContextLink | undefined {
  const now = rows.map(({ rel, target }) => ({ rel, ent: target }));
  const add = links.filter((link) => !now.some((each) => isSame(link, each)));
  const remove = now.filter((link) => !links.some((each) => isSame(link, each)));
  return add.length + remove.length > 0 ? { add, remove } : undefined;
}
