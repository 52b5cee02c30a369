// What only the daemon can look at: its databases, its keys, what redaction does, what hooks are installed.
import { join } from 'node:path';
import type { Config } from '../config/schema.ts';
import { PrsistError } from '../core/errors.ts';
import { type Check, type Finding, manual, mendable } from '../core/finding.ts';
import type { Redactor } from '../core/redact.ts';
import type { ChainLink } from '../features/capture/chain-link.ts';
import type { HookLink } from '../features/capture/status.ts';
import type { Examination, Examine } from '../features/system/doctor-needs.ts';
import { allProjects, allRoots, dropRoot } from '../features/system/queries.ts';
import { readText } from '../platform/files.ts';
import type { Paths } from '../platform/paths.ts';
import { breathe, monotonic, wallClock } from '../platform/time.ts';
import { fileBytes, fileKind } from '../platform/walk.ts';
import { dropLeftovers, foldWal, isSafeVersion, sqliteVersion, type Trouble, troubles } from '../store/health.ts';
import { recreate } from '../store/recreate.ts';
import type { Pace } from '../store/steps.ts';
import type { Store } from '../store/store.ts';
import { isMendable as isMendableLink, type WeakLink } from './chains.ts';
import { checkAside } from './check-aside.ts';
import type { MeaningState } from './meaning.ts';
import { meaningCheck } from './meaning-check.ts';
import type { Projects } from './projects.ts';
import { findingOf } from './trouble-findings.ts';

export interface DoctorParts {
  readonly paths: Paths;
  readonly projects: () => Projects;
  readonly redactor: Redactor;
  readonly config: () => Config;
  readonly links: () => readonly HookLink[];
  /** Installs the hooks of some agents again; says each thing that was done. */
  readonly install: (agents: readonly string[]) => Promise<string[]>;
  /** Where the keys of this device are. */
  readonly deviceKeys: () => Promise<Check>;
  /** How the exchange with the remotes goes. */
  readonly remotes: () => Check;
  /** How search by meaning stands. */
  readonly meaning: () => MeaningState;
  /** Degraded and broken links of every project, beside the hook itself. */
  readonly chains: () => Promise<readonly WeakLink[]>;
  /** Mends what can be mended of them; says each thing that was done. */
  readonly mendLinks: (weak: readonly WeakLink[]) => Promise<string[]>;
}

interface Named {
  readonly name: string;
  readonly file: string;
  readonly open: () => Store;
}

/** Examines everything, one database after the other, and mends on the way where that is wanted. */
export function doctor(parts: DoctorParts): Examine {
  return async ({ deep, fix }, job) => {
    const mended: string[] = [];
    const checks: Check[] = [library(parts), directories(parts, fix, mended)];
    const pace: Pace = { monotonic, breathe, cancelled: job.cancelled };
    const all = databases(parts);
    for (const [n, each] of all.entries()) {
      if (job.cancelled()) break;
      job.report({ looking_at: each.name, databases: `${n + 1}/${all.length}` });
      checks.push(await database(each, { deep, fix, mended, pace, capMb: parts.config().store.max_db_mb }));
    }
    const capture = [await hooks(parts, fix, mended), await chains(parts, fix, mended)];
    return {
      checks: [
        ...checks,
        redaction(parts),
        keys(parts),
        await parts.deviceKeys(),
        ...capture,
        parts.remotes(),
        meaningCheck(parts.meaning()),
      ],
      mended,
    } satisfies Examination;
  };
}

function databases({ paths, projects }: DoctorParts): Named[] {
  const { user } = projects();
  return [
    { name: 'user database', file: paths.userDatabase, open: () => user },
    ...user.read.all(allProjects, {}).map(({ project_id, name }) => ({
      name: `database of ${name}`,
      file: join(paths.projects, project_id, 'memory.db'),
      open: () => projects().store(project_id),
    })),
  ];
}

interface Looking {
  readonly deep: boolean;
  readonly fix: boolean;
  readonly mended: string[];
  readonly capMb: number;
  readonly pace: Pace;
}

async function database({ name, file, open }: Named, { deep, fix, mended, capMb, pace }: Looking): Promise<Check> {
  const depth = deep ? 'deep' : 'quick';
  const look = (): Promise<Trouble[]> =>
    troubles(open(), { depth, walSize: fileBytes(`${file}-wal`), now: wallClock(), pace, check: checkAside });
  try {
    let found = await look();
    if (fix && found.some(isMendable)) {
      mended.push(...mend(open(), name, found));
      found = await look();
    }
    return {
      group: 'store',
      name,
      findings: [...found.map((each) => findingOf(name, each)), ...large(name, file, capMb)],
    };
  } catch (error) {
    if (!(error instanceof PrsistError)) throw error;
    const why = 'what is in it can neither be read nor added to';
    const what = `the ${name} cannot be used: ${error.message}`;
    const finding = manual({ group: 'store', code: error.code, what, why, fix: error.hint });
    return { group: 'store', name, findings: [finding] };
  }
}

const isMendable = ({ kind }: Trouble) => ['index', 'table', 'wal', 'leftovers'].includes(kind);

function mend(store: Store, name: string, found: readonly Trouble[]): string[] {
  const tables = found.flatMap((each) => (each.kind === 'index' || each.kind === 'table' ? [each.table] : []));
  const said: string[] = [];
  if (tables.length > 0) {
    recreate(store, tables);
    said.push(`made ${tables.join(', ')} anew in the ${name}`);
  }
  if (found.some(({ kind }) => kind === 'leftovers')) {
    said.push(`removed ${dropLeftovers(store)} texts that nothing names from the ${name}`);
  }
  if (found.some(({ kind }) => kind === 'wal')) {
    foldWal(store);
    said.push(`folded the WAL of the ${name} into its file`);
  }
  return said;
}

function large(name: string, file: string, capMb: number): Finding[] {
  const mb = fileBytes(file) / 1_048_576;
  if (mb < capMb / 2) return [];
  const what = `the ${name} has ${Math.round(mb)} MiB, more than half of store.max_db_mb (${capMb})`;
  const why = 'it grows without an end in sight';
  return [
    manual({ group: 'store', code: 'store/large', what, why, fix: 'prsist config set retention.transcripts_days 90' }),
  ];
}

function library({ projects }: DoctorParts): Check {
  const version = sqliteVersion(projects().user);
  const finding = manual({
    ...{ group: 'store', code: 'store/old-sqlite', what: `SQLite is ${version}, older than 3.51.3` },
    ...{ why: 'it may lose what was written last when a WAL is begun anew', fix: 'npm install -g prsist@latest' },
  });
  return { group: 'store', name: `SQLite ${version}`, findings: isSafeVersion(version) ? [] : [finding] };
}

/** A project whose directory is gone keeps its memory; only the place is forgotten. */
function directories({ projects }: DoctorParts, fix: boolean, mended: string[]): Check {
  const { user } = projects();
  const gone = user.read.all(allRoots, {}).filter(({ root }) => fileKind(root) === 'absent');
  if (fix && gone.length > 0) {
    user.maintain((tx) => {
      for (const { root } of gone) tx.run(dropRoot, { root });
    });
    mended.push(...gone.map(({ root }) => `forgot ${root}, which is gone; its memory stays`));
  }
  const findings = gone.map(({ root }) =>
    mendable({
      ...{ group: 'store', code: 'store/project-gone', what: `${root} is a project, but is not there any more` },
      why: 'nothing can be taken in from there; moved, it is found again where prsist init is run',
    }),
  );
  return { group: 'store', name: 'project directories', findings: fix ? [] : findings };
}

/** Made of pieces, so that no scanner takes this file for a leak. */
const secret = ['ghp', 'Zk3qW8vN1xT5yB7mR2cH9dL4gJ6fP0sKaQeU'].join('_');

/** A token that looks real must not come through. */
function redaction({ redactor }: DoctorParts): Check {
  const isKept = redactor.text(`token ${secret}`).text.includes(secret);
  const finding = manual({
    ...{ group: 'security', code: 'security/redaction', what: 'a token was not replaced' },
    ...{ why: 'secrets would be stored as they are', fix: 'prsist config explain privacy' },
  });
  return { group: 'security', name: 'redaction', findings: isKept ? [finding] : [] };
}

function keys({ paths }: DoctorParts): Check {
  const path = join(paths.keys, 'redaction.key');
  const isWhole = /^[0-9a-f]{64}\n?$/.test(readText(path) ?? '');
  const finding = manual({
    ...{ group: 'security', code: 'security/key', what: `${path} is not the key that was made` },
    ...{ why: 'equal secrets can no longer be told from different ones', fix: `rm '${path}'; prsist daemon stop` },
  });
  return { group: 'security', name: 'keys', findings: isWhole ? [] : [finding] };
}

/** Hooks that are gone or others are installed again, as setup would, with all that others wrote there. */
async function hooks({ links, install }: DoctorParts, fix: boolean, mended: string[]): Promise<Check> {
  const broken = links();
  if (fix && broken.length > 0) mended.push(...(await install(broken.map(({ agent }) => agent))));
  const findings = (fix ? links() : broken).map(({ agent, hook }) => {
    const finding = {
      ...{ group: 'capture' as const, code: `capture/hook-${hook}`, what: `the hook of ${agent} is ${hook}` },
      why: `what ${agent} does may not be taken in, and it may not be told anything`,
    };
    return fix ? manual({ ...finding, fix: 'prsist setup --dry-run' }) : mendable(finding);
  });
  return { group: 'capture', name: 'hooks', findings };
}

/** What is wrong further on: nothing arrives, is understood, laid out or answered. One finding for each weak link. */
async function chains({ chains, mendLinks }: DoctorParts, fix: boolean, mended: string[]): Promise<Check> {
  const weak = await chains();
  const done = fix ? await mendLinks(weak) : [];
  mended.push(...done);
  const findings = (done.length > 0 ? await chains() : weak).map(({ project, agent, link }) => {
    const what = `${agent} in ${project}: ${link.what}`;
    const finding = { group: 'capture' as const, code: `capture/${link.link}`, what, why: reasons[link.link] ?? lost };
    if (!isMendableLink(link)) return manual({ ...finding, fix: link.fix });
    return fix ? manual({ ...finding, fix: 'prsist init --dry-run' }) : mendable(finding);
  });
  return { group: 'capture', name: 'chains', findings };
}

const lost = 'what is said and done there is not remembered, or not all of it';
const reasons: Readonly<Partial<Record<ChainLink['link'], string>>> = {
  brief: 'what the memory holds is not told at the start of a session, or not as it stands',
  mcp: 'the agent cannot ask the memory by itself',
  git: 'commits are seen late or not at all',
};
