import { PrsistError } from '../../core/errors.ts';
import type { Parsed, Reply } from '../../core/operation.ts';
import type { Write } from '../../store/record-type.ts';
import { actorOf, type Caller, type Context, type Feature, feature } from '../feature.ts';
import type { Theirs } from '../theirs.ts';
import { contract } from './contract.ts';
import type { TrustNeeds } from './needs.ts';

type List = (typeof contract)['trust.list'];
type Revert = (typeof contract)['trust.revert'];

/** What a person looks at and decides: texts in quarantine, and undoing what somebody wrote. */
export function trustFeature(needs: TrustNeeds): Feature {
  return feature(contract, {
    verbs: {
      'trust.list': (context, input) => list(needs, context, input),
      'trust.revert': (tx, input, context) => revert(needs, tx, input, context),
    },
    storeOf: { 'trust.revert': (input) => input.of },
  });
}

function list(needs: TrustNeeds, context: Context, input: Parsed<List>): Reply<List> {
  requirePerson(context.caller);
  const { project, user } = context.read;
  const { all, session_id: session = null, limit } = input;
  const asked = { all, session, author: authorMeant(input.author, context.caller), limit: limit + 1 };
  const items = [
    ...needs.entries(project, asked),
    ...(user === project ? [] : needs.entries(user, asked)),
    ...needs.documents(project, asked),
  ].sort((a, b) => (a.at === b.at ? (a.id < b.id ? -1 : 1) : a.at < b.at ? 1 : -1));
  const shown = items
    .slice(0, limit)
    .map((each) => (each.author === context.caller.user ? { ...each, author: you } : each));
  return { items: shown, more: items.length > limit };
}

/** Everything of one database in one transaction, or nothing. */
function revert(needs: TrustNeeds, tx: Write, input: Parsed<Revert>, { caller }: Context): Reply<Revert> {
  requirePerson(caller);
  const theirs = { ...theirsOf(input), author: authorMeant(input.author, caller) };
  const undoings = needs.undoings(tx, theirs);
  const by = { actor: actorOf(caller), origin: caller.origin, reason: input.reason ?? 'reverted' };
  if (!input.dry_run) for (const one of undoings) one.carryOut(tx, by);
  const items = undoings.map(({ ent, key, scope, before, after, version }) => ({
    ...{ entry_id: ent, key, scope, before, after, version },
    done: after === null ? ('retired' as const) : ('put back' as const),
  }));
  return { dry_run: input.dry_run, items };
}

const you = 'you';

/** Who is asked for, as records name them; null: anybody. */
function authorMeant(author: string | undefined, { user }: Caller): string | null {
  return author === you ? user : (author ?? null);
}

function theirsOf({ session_id, author, origin, package_id, since, until }: Parsed<Revert>): Omit<Theirs, 'author'> {
  if ([session_id, author, origin, package_id].every((each) => each === undefined)) {
    throw new PrsistError('input/invalid', 'say whose changes are undone: session_id, author, origin or package_id', {
      ...{ field: 'session_id', hint: 'prsist trust revert --session <id> --dry-run' },
    });
  }
  return {
    ...{ session: session_id ?? null, origin: origin ?? null, package: package_id ?? null },
    since: since === undefined ? 0 : Date.parse(since),
    until: until === undefined ? Number.MAX_SAFE_INTEGER : Date.parse(until),
  };
}

function requirePerson({ origin }: Caller): void {
  if (origin === 'human') return;
  throw new PrsistError('auth/refused', 'trust is decided by a person', { hint: 'run prsist trust yourself' });
}
