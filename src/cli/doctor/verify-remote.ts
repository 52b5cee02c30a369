// Whether the memory would come back from the remotes alone: the daemon rebuilds, here it is told.
import { type Check, type Finding, manual } from '../../core/finding.ts';
import type { Cli } from '../cli.ts';
import { follow } from '../follow.ts';
import { plural } from '../print.ts';

/** What a job of sync.verify tells of one database. */
interface Database {
  readonly project_id: string;
  readonly name: string;
  readonly state: 'whole' | 'differs' | 'failed';
  readonly records: number;
  readonly rows: 'equal' | 'differ' | 'not compared';
  readonly findings: readonly { readonly what: string; readonly fix: string }[];
  readonly notes: readonly string[];
}

/** And of one remote. */
export interface VerifiedRemote {
  readonly name: string;
  readonly databases: readonly Database[];
  readonly error: { readonly code: string; readonly message: string; readonly hint: string } | null;
}

export interface Verified {
  readonly check: Check;
  /** One sentence for each database. */
  readonly notes: readonly string[];
  readonly remotes: readonly VerifiedRemote[];
}

/** Rebuilds from one remote, or from each; of the project of --project alone where one is named. 130: called off. */
export async function verifyRemotes(cli: Cli, remote: string | undefined): Promise<Verified | 130> {
  const started = await cli.client.call('sync.verify', {
    ...(remote === undefined ? {} : { remote }),
    ...(cli.options.project === undefined ? {} : { project: cli.place }),
  });
  const job = await follow(cli, started);
  if (job === 130) return job;
  // the daemon is of the same version and answers as it says
  const { remotes } = job.result as unknown as { readonly remotes: readonly VerifiedRemote[] };
  const name = `rebuilt from ${remotes.map((each) => each.name).join(', ')} alone`;
  const findings = remotes.flatMap(findingsOf);
  return { check: { group: 'sync', name, findings }, notes: remotes.flatMap(notesOf), remotes };
}

/** What was looked at now is not told a second time as what the last look found. */
export function withoutTold(checks: readonly Check[], { check }: Verified): readonly Check[] {
  const told = new Set(check.findings.map(({ what }) => what));
  return checks.map((each) => ({ ...each, findings: each.findings.filter(({ what }) => !told.has(what)) }));
}

function findingsOf({ name, databases, error }: VerifiedRemote): Finding[] {
  const why = 'who loses everything here would not get all of it back from there';
  const wrong = databases.flatMap((database) =>
    database.findings.map(({ what, fix }) => {
      const told = `rebuilt from ${name} alone, ${database.name}: ${what}`;
      return manual({ group: 'sync', code: 'sync/rehearsal', what: told, why, fix });
    }),
  );
  if (!error) return wrong;
  const what = `remote ${name}: ${error.message}`;
  const fix = error.hint === '' ? `prsist remote test ${name}` : error.hint;
  return [...wrong, manual({ group: 'sync', code: error.code, what, why: 'nothing can be got from it now', fix })];
}

const words = { whole: 'whole', differs: 'differs', failed: 'cannot be rebuilt' } as const;
const rowWords = { equal: 'rows alike', differ: 'rows differ', 'not compared': 'rows not compared' } as const;

function notesOf({ name, databases }: VerifiedRemote): string[] {
  return databases.map(({ name: of, state, records, rows, notes }) => {
    const facts = [`${words[state]}, ${plural(records, 'record')} from there, ${rowWords[rows]}`, ...notes];
    return `from ${name} alone, ${of}: ${facts.join('; ')}`;
  });
}
