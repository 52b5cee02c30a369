// What rehearsals came to, as it is kept: the last of each database and remote.
import type { Read, Write } from '../../store/record-type.ts';
import { allRehearsals, dropOthers, keep, mended, type RehearsalRow, toMend } from './rehearsal-queries.ts';

/** What is wrong, and what to type. */
export interface RehearsalFinding {
  readonly what: string;
  readonly fix: string;
}

export interface KeptRehearsal extends Omit<RehearsalRow, 'findings' | 'spoilt'> {
  readonly findings: readonly RehearsalFinding[];
  /** Names of own objects there that are not what was sent. */
  readonly spoilt: readonly string[];
}

/** Every one, the oldest first. */
export function keptRehearsals(read: Read): KeptRehearsal[] {
  // written by keepRehearsal
  return read
    .all(allRehearsals, {})
    .map((row) => ({ ...row, findings: JSON.parse(row.findings), spoilt: JSON.parse(row.spoilt) }) as KeptRehearsal);
}

export function keepRehearsal(tx: Write, { findings, spoilt, ...row }: KeptRehearsal): void {
  const to_mend = row.state === 'whole' && spoilt.length === 0 ? 0 : 1;
  tx.run(keep, { ...row, findings: JSON.stringify(findings), spoilt: JSON.stringify(spoilt), to_mend });
}

/** What the next exchange with a remote has to put right: it looks at everything, and sends these again. */
export function rehearsalsToMend(read: Read, remote_id: string): { readonly spoilt: ReadonlySet<string> } | undefined {
  const rows = read.all(toMend, { remote_id });
  if (rows.length === 0) return undefined;
  return { spoilt: new Set(rows.flatMap(({ spoilt }) => JSON.parse(spoilt) as string[])) }; // as above
}

/** An exchange has looked at everything there: what it could not mend it does not try again by itself. */
export function noteMended(tx: Write, remote_id: string): void {
  tx.run(mended, { remote_id });
}

/** Of remotes and databases that are no more nothing is kept. */
export function keepRehearsalsOf(
  tx: Write,
  those: readonly { readonly remote_id: string; readonly project_id: string }[],
): void {
  tx.run(dropOthers, { pairs: JSON.stringify(those.map(({ remote_id, project_id }) => `${remote_id} ${project_id}`)) });
}
