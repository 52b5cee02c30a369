// A token of one tenant or user sees the sessions of that one only, and what hangs on them.
import { PrsistError } from '../../core/errors.ts';
import type { Contract, Operation } from '../../core/operation.ts';
import type { Read } from '../../store/record-type.ts';
import type { Bound, Caller, Context } from '../feature.ts';
import { handoffById, type SessionRow, sessionById } from './queries.ts';

type Verbs = Readonly<Record<string, unknown>>;
type AnyVerb = (first: unknown, input: unknown, context?: unknown) => unknown;

/** The same verbs, each refusing sessions that the caller's token is not bound to, before it looks at anything. */
export function keptApart(contract: Contract, verbs: Verbs): Verbs {
  const operations: Readonly<Record<string, Operation>> = contract;
  return Object.fromEntries(
    Object.entries(verbs).map(([name, verb]) => [name, apart(name, operations[name], verb as AnyVerb)]), // as feature() took them
  );
}

function apart(name: string, operation: Operation | undefined, verb: AnyVerb): AnyVerb {
  const isWrite = operation?.effect === 'write';
  return (first, input, third) => {
    // a write is handed (transaction, input, context), the others (context, input)
    const context = (isWrite ? third : first) as Context;
    const read = isWrite ? (first as Read) : context.read.project;
    if (name !== 'session.list') requireOwn(read, name, input, context.caller);
    return verb(first, input, third);
  };
}

/** Throws auth/refused where a bound caller names a session of somebody else, or none. */
function requireOwn(read: Read, name: string, input: unknown, { bound }: Caller): void {
  if (bound?.tenant === undefined && bound?.user === undefined) return;
  const { session_id, handoff_id } = input as { readonly session_id?: string; readonly handoff_id?: string };
  const named = handoff_id === undefined ? session_id : read.one(handoffById, { handoff_id })?.session_id;
  if (named === undefined && name !== 'session.start') {
    throw new PrsistError('auth/refused', 'this token is bound to one owner: name a session of theirs', {
      ...{ field: 'session_id', hint: 'session/list shows them' },
    });
  }
  const row = named === undefined ? undefined : read.one(sessionById, { session_id: named });
  if (row ? !isOf(row, bound) : name !== 'session.start') {
    throw new PrsistError('auth/refused', 'this token is bound to another owner, or there is no such session', {
      ...{ field: 'session_id', hint: 'session/list shows the ones it opens' },
    });
  }
}

function isOf(row: SessionRow, { tenant, user }: Bound): boolean {
  return (tenant === undefined || row.tenant_id === tenant) && (user === undefined || row.user_id === user);
}
