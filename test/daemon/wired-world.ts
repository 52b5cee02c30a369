// Every feature on real databases in directories of their own, with a clock that a test rules: the daemon without a process.
import fs from 'node:fs';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { readRedactionRules } from '../../src/config/redaction.ts';
import { createRedactor, type Redactor } from '../../src/core/redact.ts';
import { Backups } from '../../src/daemon/backups.ts';
import { createPrefixes } from '../../src/daemon/create-prefixes.ts';
import { Disk } from '../../src/daemon/disk.ts';
import { createDispatch, type Dispatch } from '../../src/daemon/dispatch.ts';
import { finishErasing } from '../../src/daemon/erasing.ts';
import { Jobs } from '../../src/daemon/jobs.ts';
import { Keeping } from '../../src/daemon/keeping.ts';
import type { MeaningState } from '../../src/daemon/meaning.ts';
import { readMigrations } from '../../src/daemon/migrations.ts';
import { Mirrors } from '../../src/daemon/mirrors.ts';
import type { Prefixes } from '../../src/daemon/prefixes.ts';
import { diskOf } from '../../src/daemon/project-use.ts';
import { Projects } from '../../src/daemon/projects.ts';
import { SearchAside } from '../../src/daemon/search-aside.ts';
import { Settings } from '../../src/daemon/settings.ts';
import { type Wired, type Wiring, wire } from '../../src/daemon/wiring.ts';
import type { JobContext } from '../../src/features/feature.ts';
import { noMeaning } from '../../src/features/search/meant.ts';
import type { Health } from '../../src/features/system/needs.ts';
import { register } from '../../src/features/system/registry.ts';
import { ownDirectory } from '../../src/platform/files.ts';
import { type Paths, resolvePaths } from '../../src/platform/paths.ts';
import { ownSpool, writeSpoolFile } from '../../src/platform/spool-files.ts';
import { type Clock, countingBytes, temporaryDirectory } from '../store/temporary-store.ts';

export const packageRoot = join(import.meta.dirname, '../..');
export const projectId = '019a3985-b900-7000-8000-0000000000aa';

export interface Wanted {
  /** Variables that set something. */
  readonly env?: Readonly<Record<string, string>>;
  /** A monotonic clock that moves by so many milliseconds whenever it is read: every slice ends after one line. */
  readonly tick?: number;
  /** What happens at failpoints. */
  readonly failpoint?: (name: string) => void;
  /** Free bytes of the disk. */
  readonly free?: () => number;
  /** Ids are drawn from it; those of two worlds that meet must differ. */
  readonly random?: (bytes: number) => Uint8Array;
}

export interface WiredWorld {
  readonly top: string;
  readonly paths: Paths;
  readonly clock: Clock;
  readonly projects: Projects;
  readonly wired: Wired;
  readonly jobs: Jobs;
  readonly redactor: Redactor;
  readonly settings: Settings;
  readonly dispatch: Dispatch;
  /** Goes on with what follows erases outside the database. */
  readonly finishErasing: () => Promise<void>;
  /** What was logged, what the daemon was asked for beside its databases, in order. */
  readonly told: string[];
  readonly keeping: Keeping;
  readonly prefixes: Prefixes;
  readonly mirrors: Mirrors;
  readonly backups: Backups;
  readonly disk: Disk;
  /** What searches ask for vectors from now on. */
  readonly useMeaning: (other: AskedMeaning) => void;
  /** Enters a project with a directory of its own. */
  readonly project: (id?: string, name?: string, root?: string) => string;
  readonly jobContext: (projectId: string) => JobContext;
}

type AskedMeaning = ReturnType<Wiring['meaning']>;

const off: MeaningState = {
  ...{ embedder: 'off', model: null, why: null, fix: '', texts: 0, done: 0, skipped: 0 },
};

export const health: Health = {
  ...{ status: 'ok', pid: 1, uptime_seconds: 2, restarted_after_crash_at: null, rss_bytes: 3, queue: 0, alerts: [] },
  checks: {
    store: 'ok',
    spool: { waiting: 0, bad: 0, oldest_ms: 0 },
    disk: { free: 4, projects: [] },
    tcp: 'off',
    sync: 'off',
    meaning: off,
    capture: {},
  },
};

export function wiredWorld(wanted: Wanted = {}): WiredWorld {
  const { env = {}, tick = 0, failpoint = () => undefined, free = () => 1e12, random = countingBytes() } = wanted;
  const top = fs.realpathSync(temporaryDirectory());
  const paths = resolvePaths({ HOME: join(top, 'home'), PRSIST_HOME: join(top, 'p') });
  for (const path of [paths.home, paths.projects, paths.state]) ownDirectory(path);
  ownSpool(paths.spool);
  const clock = { now: Date.UTC(2026, 1, 15, 12) };
  const told: string[] = [];
  const jobs = new Jobs(jobIds());
  const redactor = createRedactor(readRedactionRules(packageRoot, []), Buffer.alloc(32, 1));
  let spent = 0;
  const around = { clock: () => clock.now, breathe: () => Promise.resolve(), failpoint: () => undefined };
  const mirrors = new Mirrors({
    ...{ projects: () => projects, failpoint: () => undefined },
    onFault: (id, error) => void told.push(`mirror ${id} ${String(error)}`),
  });
  let looks = 0;
  const disk = new Disk({ free, monotonic: () => (looks += 1_000) });
  const backups = new Backups({ ...around, directory: join(paths.backups, 'stores'), keep: () => 3 });
  const keeping = new Keeping({
    ...{ ...around, projects: () => projects, backups, newId: jobIds('3'), idleMs: 60_000 },
    pace: { monotonic: () => (spent += 100), breathe: () => Promise.resolve() },
    onOpened: (id) => mirrors.opened(id),
    onChanged: (id) => void told.push(`changed ${id}`),
    log: (event, details) => void told.push(`${event} ${JSON.stringify(details)}`),
  });
  const searches = new SearchAside();
  let meaning: AskedMeaning = {
    ...{ state: off, meant: async () => noMeaning, scores: async () => 'off', forget: async () => ({ texts: 0 }) },
  };
  const pace = { monotonic: () => spent, breathe: () => Promise.resolve() };
  const settings = new Settings({ paths, env, accept: () => undefined });
  const prefixes = createPrefixes({
    ...{ settings, printed: paths.printed, projects: () => projects, clock: () => clock.now, pace },
    ...{ briefFolders: (id) => projects.rootsOf(id).map((root) => join(root, 'brief')), isBusy: () => false },
    onFault: (what, error) => void told.push(`${what} ${String(error)}`),
  });
  const wired = wire({
    ...{ paths, packageRoot, nodePath: process.execPath, projects: () => projects, redactor, searches },
    env: { PRSIST_HOME: join(top, 'p') }, // no keyring of the system is asked
    settings,
    redactorOf: (rules) =>
      rules.length === 0 ? redactor : createRedactor(readRedactionRules(packageRoot, rules), Buffer.alloc(32, 1)),
    ...{ clock: () => clock.now, breathe: () => Promise.resolve(), isQuiet: () => false, isDue: () => false },
    monotonic: () => (spent += tick),
    resumed: () => 'the brief',
    render: async (id) => void told.push(`brief of ${id}`),
    takeClaims: async (id) => void told.push(`claims ${id}`),
    told: async ({ agent, native, what }) => void told.push(`${agent} ${native} ${what}`),
    log: (event, details) => void told.push(`${event} ${JSON.stringify(details)}`),
    spool: {
      state: () => ({ waiting: 0, bad: 0, full: false, oldestMs: 0 }),
      lay: (id, bytes) => writeSpoolFile(paths.spool, id, bytes),
      drain: async () => void told.push('drain'),
    },
    daemon: {
      health: () => health,
      drain: () => void told.push('leave'),
      withdrawBriefs: () => [],
      newId: jobIds('2'),
      makeBriefKey: () => void told.push('brief key'),
      home: paths.home,
    },
    jobs: { list: () => jobs.list(), show: (id, ms) => jobs.show(id, ms), cancel: (id) => jobs.cancel(id) },
    maintenance: {
      ...{ verify: keeping.verify, rebuild: keeping.rebuild },
      bytes: (id) => projects.bytes(id),
      disk: (id) => diskOf(projects, paths, id),
      counts: () => ({ entries: 1, sessions: 2, messages: 3, records: 4 }),
    },
    keeping,
    sync: {
      ...{ rekey: () => undefined, failpoint: () => undefined, onApplied: () => undefined, tell: () => undefined },
      ...{ recompute: async () => undefined, erased: async () => undefined },
    },
    prefixes: () => prefixes.room,
    meaning: () => meaning,
    enter: (entering) => {
      projects.user.maintain((tx) => register(tx, entering));
      return projects.ref(entering.project_id, entering.name);
    },
  });
  const projects = new Projects({
    leave: () => searches.leave(),
    afterCrash: false,
    ...{ paths, clock: () => clock.now, random, monotonic: () => spent, failpoint },
    migrations: readMigrations(wired.features),
    projections: wired.features.flatMap((feature) => feature.projections),
    names: { user: 'ana', device: 'laptop' },
    onCommit: (project, events) => {
      if (project !== null && events.length > 0) mirrors.wake(project);
    },
    ...{ keeping, disk },
  });
  onTestFinished(() => {
    if (projects.user.db.open) projects.closeAll();
    searches.close();
  });
  const erasing = (only?: string) =>
    finishErasing(
      {
        ...{
          projects,
          capture: wired.capture,
          spool: paths.spool,
          printed: paths.printed,
          copies: keeping,
          erasing: wired.erasing,
          tensors: wired.cache.tensors,
        },
        render: async (rendered) => void told.push(`render ${rendered}`),
        onFault: (failed, error) => void told.push(`erase ${failed} ${String(error)}`),
      },
      only,
    );
  const dispatch = createDispatch({
    tell: async () => undefined,
    erased: (id) => erasing(id),
    redactorAt: (root) => wired.capture.rules(root).redactor,
    ...{ features: wired.features, projects, jobs, redactor, clock: () => clock.now },
    settle: async (id) => void told.push(`settle ${id}`),
    onBug: (operation, error) => void told.push(`bug ${operation} ${String(error)}`),
  });
  return {
    ...{
      top,
      paths,
      clock,
      projects,
      wired,
      jobs,
      redactor,
      settings,
      dispatch,
      told,
      keeping,
      prefixes,
      mirrors,
      backups,
      disk,
    },
    finishErasing: () => erasing(),
    useMeaning: (other) => {
      meaning = other;
    },
    project(id = projectId, name = 'shop', root = join(top, name)) {
      fs.mkdirSync(root, { recursive: true });
      projects.user.maintain((tx) => register(tx, { project_id: id, name, root }));
      return root;
    },
    jobContext: (id) => ({
      ...{ caller: { user: projects.identity.user, origin: 'human' }, project: projects.resolve(id), now: clock.now },
      ...{ read: { project: projects.store(id).read, user: projects.user.read }, worktree: undefined },
      ...{ branch: undefined, git: null, report: (progress) => void told.push(JSON.stringify(progress)) },
      cancelled: () => false,
    }),
  };
}

/** Ids that count, in the form of ours. first: their first digit. */
export function jobIds(first = '1'): () => string {
  let made = 0;
  return () => {
    made += 1;
    return `${first}0000000-0000-7000-8000-${String(made).padStart(12, '0')}`;
  };
}
