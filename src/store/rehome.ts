// Logs that change their workspace: those of a device that joins one, before anything of them has left it.
import { genesisHead, nextHead } from '../core/record.ts';
import { knownHoles } from './branches.ts';
import { type OwnLog, readOwnLog } from './log.ts';
import type { Statements } from './statements.ts';

interface Row {
  readonly n: number;
  readonly seq: number;
  readonly com: Buffer;
}

interface Log {
  readonly log_n: number;
  readonly log: string;
  readonly dev: string;
}

const perPage = 1_000;

/**
 * The own log of a database, in the workspace of its person: where that has become another one since the database was
 * last open, all its logs move there first. ws: undefined, and they stay. undefined before the first record.
 */
export function ownLogIn(
  statements: Statements,
  { ws, now }: { readonly ws: string | undefined; readonly now: number },
): OwnLog | undefined {
  const own = readOwnLog(statements, now);
  if (!own || ws === undefined || own.ws === ws) return own;
  statements.db.transaction(() => rehome(statements, { from: own.ws, to: ws })).immediate();
  return readOwnLog(statements, now);
}

/**
 * Binds all logs of a workspace to another one, in the transaction that is open: only their chains of heads are computed
 * again. Ids, positions and what was said stay, so whatever names a record goes on naming it; whoever follows the records
 * begins anew, since it may hold copies with their heads. Right only as long as nothing of the logs was sent anywhere.
 * A log with holes stays where it is: nobody can tell how its chain goes on.
 * Returns how many records have other heads now.
 */
export function rehome(statements: Statements, { from, to }: { readonly from: string; readonly to: string }): number {
  statements.run('update cursors set n = 0', []);
  const logs = statements.all<Log>('select log_n, log, dev from logs where ws = ? order by log_n', [from]);
  return logs.reduce(
    (sum, log) => sum + (knownHoles(statements, log.log).length > 0 ? 0 : move(statements, log, to)),
    0,
  );
}

function move(statements: Statements, { log_n, log, dev }: Log, ws: string): number {
  let head: Uint8Array = genesisHead({ ws, dev, log });
  let moved = 0;
  for (;;) {
    const page = statements.all<Row>(
      `select n, seq, com from records where log_n = ? and seq > ? order by seq limit ${perPage}`,
      [log_n, moved],
    );
    for (const { n, seq, com } of page) {
      head = nextHead(head, seq, com);
      statements.run('update records set head = ? where n = ?', [head, n]);
    }
    moved += page.length;
    if (page.length < perPage) break;
  }
  statements.run('update logs set ws = ?, head = ? where log_n = ?', [ws, head, log_n]);
  return moved;
}
