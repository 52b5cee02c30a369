import { PrsistError } from '../core/errors.ts';
import { isId } from '../core/ids.ts';
import type { Reply } from '../core/operation.ts';
import type { Operations } from '../features/operations.ts';
import type { Cli } from './cli.ts';
import { ambiguous, requireEnough } from './input.ts';

/** The whole id of a session given by any unambiguous beginning of it. Throws session/not-found, session/ambiguous. */
export async function wholeSession(cli: Cli, given: string): Promise<string> {
  return isId(given) ? given : (await sessionShown(cli, given)).session.session_id;
}

/** The same where entries are told by who wrote them: a session that is not kept here is taken by the name given. */
export async function sessionNamed(cli: Cli, given: string): Promise<string> {
  try {
    return await wholeSession(cli, given);
  } catch (error) {
    if (error instanceof PrsistError && error.code === 'session/not-found') return given;
    throw error;
  }
}

/** What `session.show` says of a session given by any unambiguous beginning of its id. Throws as wholeSession does. */
export async function sessionShown(cli: Cli, given: string): Promise<Reply<Operations['session.show']>> {
  try {
    return await cli.client.call('session.show', { session_id: given });
  } catch (error) {
    const code = error instanceof PrsistError ? error.code : undefined;
    if (code === 'session/not-found') requireEnough(given, 'prsist sessions');
    throw code === 'session/ambiguous' ? await withCandidates(cli, given, error) : error;
  }
}

async function withCandidates(cli: Cli, given: string, error: unknown): Promise<unknown> {
  const { items } = await cli.client.call('session.list', { limit: 500, children: true });
  const ids = items.map((item) => item.session_id).filter((id) => id.startsWith(given));
  return ids.length > 1 ? ambiguous(given, ids) : error;
}

/** The session with the latest activity in the project. Throws session/not-found when there is none. */
export async function newestSession(cli: Cli): Promise<string> {
  const { items } = await cli.client.call('session.list', { limit: 1 });
  const newest = items[0]?.session_id;
  if (newest === undefined)
    throw new PrsistError('session/not-found', 'there is no session yet', { hint: 'prsist import' });
  return newest;
}
