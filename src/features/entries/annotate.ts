// What is said about an entry without changing its value: tags, links, trust, feedback.
import { PrsistError } from '../../core/errors.ts';
import { limits } from '../../core/limits.ts';
import type { Parsed, Reply } from '../../core/operation.ts';
import type { Write } from '../../store/record-type.ts';
import type { Context } from '../feature.ts';
import type { contract } from './contract.ts';
import { about, findNamed, rowNow } from './named.ts';
import { linksOf } from './queries.ts';
import { contextFeedback, contextLink, contextTag, contextTrust, type Link } from './records.ts';
import { entryReply, linkReply } from './reply.ts';

type Of<N extends keyof typeof contract> = (typeof contract)[N];

/** Adds and removes tags; what is so already writes nothing. */
export function tag(tx: Write, input: Parsed<Of<'context.tag'>>, context: Context): Reply<Of<'context.tag'>> {
  const row = findNamed(tx, input, context);
  const before = new Set(JSON.parse(row.tags) as string[]); // a list of words, written by the projection
  const change = tagChange(before, input.add, input.remove);
  if (change) tx.append(contextTag, { ...about(row, context), fields: change });
  return entryReply(rowNow(tx, row));
}

/** What has to be added and removed; undefined when nothing. Throws limit/too-large for too many tags. */
export function tagChange(before: ReadonlySet<string>, wanted: readonly string[], unwanted: readonly string[]) {
  const add = [...new Set(wanted)].filter((each) => !before.has(each) && !unwanted.includes(each));
  const remove = [...new Set(unwanted)].filter((each) => before.has(each));
  if (before.size + add.length - remove.length > limits.entryTags) {
    throw new PrsistError('limit/too-large', `an entry has at most ${limits.entryTags} tags`, { field: 'add' });
  }
  if (add.length + remove.length === 0) return undefined;
  return { ...(add.length > 0 ? { add } : {}), ...(remove.length > 0 ? { remove } : {}) };
}

/** Adds and removes links to other entries. */
export function link(tx: Write, input: Parsed<Of<'context.link'>>, context: Context): Reply<Of<'context.link'>> {
  const row = findNamed(tx, input, context);
  const before = new Set(tx.all(linksOf, row).map(({ rel, target }) => `${rel} ${target}`));
  const stored = ({ rel, entry_id }: { rel: string; entry_id: string }): Link => ({ rel, ent: entry_id });
  const add = input.add.map(stored).filter(({ rel, ent }) => !before.has(`${rel} ${ent}`));
  const remove = input.remove.map(stored).filter(({ rel, ent }) => before.has(`${rel} ${ent}`));
  if (add.some(({ ent }) => ent === row.ent)) {
    throw new PrsistError('input/invalid', 'an entry is not linked to itself', { field: 'add' });
  }
  if (before.size + add.length - remove.length > limits.entryLinks) {
    throw new PrsistError('limit/too-large', `an entry has at most ${limits.entryLinks} links`, { field: 'add' });
  }
  if (add.length + remove.length > 0) tx.append(contextLink, { ...about(row, context), fields: { add, remove } });
  return { ...entryReply(rowNow(tx, row)), links: linkReply(tx.all(linksOf, row)) };
}

/** Decides how far an entry is trusted. Only a person may: an agent that could would raise its own words. */
export function trust(tx: Write, input: Parsed<Of<'context.trust'>>, context: Context): Reply<Of<'context.trust'>> {
  if (context.caller.origin !== 'human') {
    throw new PrsistError('auth/refused', 'trust is decided by a person', {
      hint: 'run prsist context trust yourself',
    });
  }
  const row = findNamed(tx, input, context);
  const reason = input.reason === undefined ? {} : { reason: input.reason };
  if (row.trust !== input.trust || row.decided === 0) {
    tx.append(contextTrust, { ...about(row, context), fields: { trust: input.trust, ...reason } });
  }
  return entryReply(rowNow(tx, row));
}

/** Counts that an entry was useful or wrong; summed over all who say so. */
export function feedback(
  tx: Write,
  { useful, wrong, ...named }: Parsed<Of<'context.feedback'>>,
  context: Context,
): Reply<Of<'context.feedback'>> {
  if (useful + wrong === 0) throw new PrsistError('input/invalid', 'say useful or wrong', { field: 'useful' });
  const row = findNamed(tx, named, context);
  tx.append(contextFeedback, { ...about(row, context), fields: { useful, wrong } });
  return entryReply(rowNow(tx, row));
}
