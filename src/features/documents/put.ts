import { PrsistError } from '../../core/errors.ts';
import type { Parsed, Reply } from '../../core/operation.ts';
import type { Write } from '../../store/record-type.ts';
import { actorOf, type Context } from '../feature.ts';
import type { contract } from './contract.ts';
import { keep } from './keep.ts';

type Put = (typeof contract)['document.put'];
type Item = NonNullable<Parsed<Put>['items']>[number];

/** Keeps one text, or up to a hundred: all of them or, when one is refused, none. */
export function put(tx: Write, { items, ...single }: Parsed<Put>, { caller }: Context): Reply<Put> {
  const by = { actor: actorOf(caller) };
  const given = { source: caller.agent ?? 'cli', session_id: caller.session };
  const kept = (items ?? [whole(single)]).map((item) => keep(tx, { ...given, ...said(item) }, by));
  return items ? { items: kept } : { ...kept[0], items: kept };
}

function whole({ uri, content, ...rest }: Omit<Parsed<Put>, 'items'>): Item {
  if (uri === undefined) throw new PrsistError('input/invalid', 'a document needs a uri', { field: 'uri' });
  if (content === undefined) throw new PrsistError('input/invalid', 'a document needs content', { field: 'content' });
  return { uri, content, ...rest };
}

/** What a request leaves out must not cover what is known without it. */
function said(item: Item): Item {
  return Object.fromEntries(Object.entries(item).filter(([, value]) => value !== undefined)) as Item; // same members
}
