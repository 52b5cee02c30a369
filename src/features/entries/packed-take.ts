// An entry that came with a package meets the one of the same key.
import { canonical } from '../../core/canonical.ts';
import type { Id } from '../../core/ids.ts';
import { limits } from '../../core/limits.ts';
import type { Read, Write } from '../../store/record-type.ts';
import type { Arrived, Taken, TakingIn } from '../packed.ts';
import { entryId, type Owner } from './identity.ts';
import { knownLinks, type PackedEntry } from './packed-form.ts';
import { cameFrom } from './packed-queries.ts';
import { type EntryRow, entryByEnt, linksOf } from './queries.ts';
import { type ContextPut, contextLink, contextPut, contextTag, type Link } from './records.ts';

/** What is to be done with an entry that came; see TakingIn. */
export function takeEntry(tx: Write, arrived: Arrived, how: TakingIn): Taken {
  const said = arrived.fields as PackedEntry; // its form was checked
  const owner = ownerOf(said, how);
  const ent = entryId(said.key, owner);
  const row = tx.one(entryByEnt, { ent });
  const coming: Coming = { arrived, how, said, owner, ent, id: how.idOf(arrived.id) };
  if (!row) return { outcome: 'new', write: (into) => putWhole(into, coming, undefined) };
  if (isSame(row, said)) return { outcome: 'known' };
  if (how.strategy === 'ours') return { outcome: 'kept' };
  if (how.strategy === 'theirs') return { outcome: 'replaced', write: (into) => putWhole(into, coming, row) };
  return how.strategy === 'smart' ? beside(tx, coming) : copy(tx, coming);
}

interface Coming {
  readonly arrived: Arrived;
  readonly how: TakingIn;
  readonly said: PackedEntry;
  readonly owner: Owner;
  readonly ent: Id;
  readonly id: Id;
}

function ownerOf({ scope, session_id, agent_id }: PackedEntry, { idOf }: TakingIn): Owner {
  const nobody: Owner = { scope, tenant_id: null, user_id: null, session_id: null, agent_id: null };
  if (scope === 'session') return { ...nobody, session_id: session_id === undefined ? null : idOf(session_id) };
  return scope === 'agent' ? { ...nobody, agent_id: agent_id ?? null } : nobody;
}

function isSame(row: EntryRow, { value, layer, priority, category, metadata, tags, expires_at }: PackedEntry): boolean {
  const ours = JSON.parse(row.tags) as string[]; // a list of words, written by the projection
  return (
    row.state === 'live' &&
    row.value === canonical(value) &&
    row.layer === layer &&
    row.priority === priority &&
    row.category === category &&
    row.expires_at === expires_at &&
    row.metadata === canonical(metadata) &&
    tags.every((tag) => ours.includes(tag))
  );
}

/** All of it, on top of what is here. */
function putWhole(tx: Write, { arrived, how, said, owner, ent, id }: Coming, row: EntryRow | undefined): void {
  const by = { ent, actor: arrived.actor, origin: arrived.origin };
  tx.append(contextPut, { ...by, id: tx.known(id) ? tx.newId() : id, fields: putOf(tx, { said, owner, how }) });
  const ours = row ? (JSON.parse(row.tags) as string[]) : []; // as above
  const add = said.tags.filter((tag) => !ours.includes(tag));
  const remove = ours.filter((tag) => !said.tags.includes(tag));
  if (add.length + remove.length > 0) tx.append(contextTag, { ...by, fields: { add, remove } });
  const links = linksTo(tx, { said, how, ent });
  if (links.length > 0) tx.append(contextLink, { ...by, fields: { add: links } });
}

/** As if both had been changed apart: what came from there before is what its author had seen, and nothing of ours. */
function beside(tx: Write, { arrived, how, said, owner, ent, id }: Coming): Taken {
  if (tx.known(id)) return { outcome: 'known' };
  const before = tx.all(cameFrom, { ent, source: how.source });
  const last = before.at(-1);
  const seen: [string, number][] = last ? [[last.log, last.seq]] : [];
  const known = before
    .filter(({ op }) => op === 'put')
    .reduce<Record<string, unknown>>((all, { n }) => ({ ...all, ...tx.fields(n) }), {});
  return {
    outcome: 'merged',
    write: (into) => {
      const by = { ent, actor: arrived.actor, origin: arrived.origin, seen };
      const put = putOf(into, { said, owner, how });
      const fields = Object.fromEntries(
        Object.entries(put).filter(([name, value]) => canonical(known[name] ?? null) !== canonical(value)),
      );
      into.append(contextPut, { ...by, id, fields: { ...fields, key: said.key, scope: said.scope } });
      if (said.tags.length > 0) into.append(contextTag, { ...by, fields: { add: said.tags } });
      const links = linksTo(into, { said, how, ent });
      if (links.length > 0) into.append(contextLink, { ...by, fields: { add: links } });
    },
  };
}

/** Under a key of its own, where it meets what came there before. */
function copy(tx: Write, { arrived, how, said }: Coming): Taken {
  const key = marked(said.key, how.mark);
  if (said.key.endsWith(`~${how.mark}`)) return { outcome: 'known' };
  const taken = takeEntry(tx, { ...arrived, fields: { ...said, key } }, { ...how, strategy: 'smart' });
  return taken.outcome === 'new' ? { ...taken, outcome: 'copied' } : taken;
}

/** `key~mark`, cut where that is longer than a key may be. */
function marked(key: string, mark: string): string {
  const room = limits.keyBytes - mark.length - 1;
  let short = key;
  while (Buffer.byteLength(short) > room) short = [...short].slice(0, -1).join('');
  return `${short}~${mark}`;
}

function putOf(
  tx: Write,
  { said, owner, how }: { readonly said: PackedEntry; readonly owner: Owner; readonly how: TakingIn },
): ContextPut {
  const { key, scope, layer, priority, category, source, metadata, expires_at, value } = said;
  const session = owner.session_id ?? (said.session_id === undefined ? undefined : how.idOf(said.session_id));
  return {
    ...{ key, scope, layer, priority, category, source, metadata },
    ...(expires_at === null ? {} : { expires_at }),
    ...(session === undefined || layer !== 'session' ? {} : { session_id: session }),
    ...(scope === 'session' && session !== undefined ? { session_id: session } : {}),
    ...(owner.agent_id === null ? {} : { agent_id: owner.agent_id }),
    ...tx.keep('value', canonical(value), limits.inlineValueBytes),
  };
}

/** What is linked here too. A stranger links nothing: what supersedes an entry of ours would hide it. */
function linksTo(
  read: Read,
  { said, how, ent }: { readonly said: PackedEntry; readonly how: TakingIn; readonly ent: string },
): Link[] {
  if (!how.isMember) return [];
  const here = new Set(read.all(linksOf, { ent }).map(({ rel, target }) => `${rel} ${target}`));
  const nobody = { tenant_id: null, user_id: null, session_id: null, agent_id: null };
  return knownLinks(said)
    .map(({ rel, key }): Link => ({ rel, ent: entryId(key, { ...nobody, scope: 'project' }) }))
    .filter((link) => link.ent !== ent && !here.has(`${link.rel} ${link.ent}`));
}
