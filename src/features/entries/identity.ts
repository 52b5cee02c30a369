// Whose an entry is: what its scope adds to the key. Scopes project, session and agent stand in the project's database,
// user, tenant and global in the person's.
import { PrsistError } from '../../core/errors.ts';
import type { Id } from '../../core/ids.ts';
import { keyedEntity } from '../../core/record.ts';
import type { Scope } from '../../core/words.ts';
import type { Caller, Context } from '../feature.ts';

/** Scope and the ids it uses; null for those it does not. */
export interface Owner {
  readonly scope: Scope;
  readonly tenant_id: string | null;
  readonly user_id: string | null;
  readonly session_id: string | null;
  readonly agent_id: string | null;
}

/** What a request says about whose entry it means. */
export interface Named {
  readonly scope?: Scope | undefined;
  readonly tenant_id?: string | undefined;
  readonly user_id?: string | undefined;
  readonly session_id?: string | undefined;
  readonly agent_id?: string | undefined;
}

/** Id of the entry of this key and owner: the same on every device, whether it exists or not. */
export function entryId(key: string, { scope, tenant_id, user_id, session_id, agent_id }: Owner): Id {
  const ids = { tenant: tenant_id, user: user_id, session: session_id, agent: agent_id };
  return keyedEntity({ type: 'context', key, scope, ...ids });
}

/** The database in which entries of a scope stand. */
export function databaseOf(scope: Scope): 'project' | 'user' {
  return scope === 'user' || scope === 'tenant' || scope === 'global' ? 'user' : 'project';
}

/**
 * The owner a request means in one scope. Ids it does not give are the caller's own.
 * Throws input/invalid with the field where neither knows one.
 */
export function ownerOf(scope: Scope, named: Named, context: Context): Owner {
  const { tenant_id, user_id, session_id, agent_id } = idsOf(named, context);
  const nobody = { tenant_id: null, user_id: null, session_id: null, agent_id: null };
  switch (scope) {
    case 'agent':
      return { ...nobody, scope, agent_id: agent_id ?? missing('agent_id', scope) };
    case 'session':
      return { ...nobody, scope, session_id: session_id ?? missing('session_id', scope) };
    case 'user':
      return { ...nobody, scope, user_id, tenant_id };
    case 'tenant':
      return { ...nobody, scope, tenant_id: tenant_id ?? missing('tenant_id', scope) };
    default:
      return { ...nobody, scope };
  }
}

/**
 * Whether what belongs to an owner may be told to a caller, and changed by it: a token tied to a project has nothing to do
 * with what is the person's, one tied to a tenant or a user with what names another one or none.
 */
export function isOpenTo(
  { scope, tenant_id, user_id }: Pick<Owner, 'scope' | 'tenant_id' | 'user_id'>,
  caller: Caller,
) {
  const { tenant, user, project } = caller.bound ?? {};
  if (tenant === undefined && user === undefined) return project === undefined || databaseOf(scope) === 'project';
  if (scope === 'tenant') return tenant !== undefined && tenant_id === tenant;
  if (scope !== 'user' && scope !== 'session') return true;
  return (tenant === undefined || tenant_id === tenant) && (user === undefined || user_id === user);
}

/** Every owner a request without a scope may mean, nearest first. */
export function ownersOf(named: Named, context: Context): readonly Owner[] {
  if (named.scope) return [ownerOf(named.scope, named, context)];
  const { tenant_id, session_id, agent_id } = idsOf(named, context);
  const owner = (scope: Scope) => ownerOf(scope, named, context);
  return [
    ...(agent_id === null ? [] : [owner('agent')]),
    ...(session_id === null ? [] : [owner('session')]),
    owner('project'),
    owner('user'),
    ...(tenant_id === null ? [] : [{ ...owner('user'), tenant_id: null }, owner('tenant')]),
    owner('global'),
  ];
}

/** The ids that count: those of the request, else the caller's. */
export function idsOf(named: Named, { caller }: Context) {
  return {
    tenant_id: named.tenant_id ?? caller.bound?.tenant ?? null,
    user_id: named.user_id ?? caller.user,
    session_id: named.session_id ?? caller.session ?? null,
    agent_id: named.agent_id ?? caller.agent ?? null,
  };
}

function missing(field: string, scope: Scope): never {
  throw new PrsistError('input/invalid', `an entry of scope ${scope} needs ${field}`, { field });
}
