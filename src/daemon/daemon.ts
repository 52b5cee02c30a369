import { join } from 'node:path';
import type { FastifyInstance } from 'fastify';
import { readRedactionRules } from '../config/redaction.ts';
import type { Config } from '../config/schema.ts';
import { PrsistError } from '../core/errors.ts';
import { uuidV7 } from '../core/ids.ts';
import { limits } from '../core/limits.ts';
import type { Redactor } from '../core/redact.ts';
import { ingesting } from '../features/capture/ingest.ts';
import { laneOf } from '../features/capture/lane.ts';
import { createFailpoint } from '../platform/failpoint.ts';
import { readText } from '../platform/files.ts';
import { accountName, hostName, madeOnce, residentBytes } from '../platform/host.ts';
import { createLog, type Log } from '../platform/log.ts';
import { compileHotCode, garbageCollector } from '../platform/memory.ts';
import { createRandom } from '../platform/random.ts';
import { ownSpool, writeSpoolFile } from '../platform/spool-files.ts';
import { breathe, monotonic, wallClock } from '../platform/time.ts';
import type { StoreEvent } from '../store/transaction.ts';
import { type Aftercare, createAftercare } from './aftercare.ts';
import { Briefs } from './briefs.ts';
import { tellingCache } from './cache-moments.ts';
import { countReads } from './count-reads.ts';
import { createPrefixes } from './create-prefixes.ts';
import type { DaemonParts } from './daemon-parts.ts';
import { createDispatch } from './dispatch.ts';
import { openEmbedder } from './embedders.ts';
import { enterProject } from './enter.ts';
import { finishErasing } from './erasing.ts';
import type { Moment } from './event-stream.ts';
import { Following } from './following.ts';
import { Front } from './front.ts';
import { cleanGitState } from './git-state.ts';
import { Jobs } from './jobs.ts';
import { Meaning } from './meaning.ts';
import { readMigrations } from './migrations.ts';
import { logBinding } from './own-logs.ts';
import type { Prefixes } from './prefixes.ts';
import { storeBounds, trailerOf } from './project-settings.ts';
import { countsOf, diskOf } from './project-use.ts';
import { Projects } from './projects.ts';
import { Redactors } from './redactors.ts';
import { Rounds } from './rounds.ts';
import { SearchAside } from './search-aside.ts';
import { Settings } from './settings.ts';
import { Spool } from './spool.ts';
import { type Sweeps, sweepEach, sweepStores } from './sweep.ts';
import { sweepRetired } from './sweep-retired.ts';
import { sweepTensors } from './tensors.ts';
import { Trailers } from './trailers.ts';
import { Watch } from './watch.ts';
import { type Wired, wire } from './wiring.ts';
import { briefKeyOf, withdrawBriefs } from './withdraw-briefs.ts';

const minuteMs = 60_000;
const quietMs = 3_000;
/** Growth that is worth a collection of garbage. */
const grownBytes = 16 * 1024 * 1024;

/** Everything that runs in the daemon's process, between taking the lock and giving it back. */
export class Daemon {
  readonly #front: Front;
  readonly log: Log;
  readonly settings: Settings;
  readonly #redactors: Redactors;
  readonly #parts: DaemonParts;
  readonly #redactor: Redactor;
  readonly #projects: Projects;
  readonly #jobs: Jobs;
  readonly #spool: Spool;
  readonly #briefs: Briefs;
  readonly #wired: Wired;
  readonly #after: Aftercare;
  readonly #rounds = new Rounds({
    onStall: (stall) => this.log.warn(stall, 'the event loop stood still'),
    onFault: (error) => this.#bug('timer', error),
  });
  readonly #failpoint = createFailpoint();
  readonly #following: Following;
  readonly #meaning: Meaning;
  readonly #prefixes: Prefixes;
  readonly #searches = new SearchAside();
  readonly #trailers: Trailers;
  readonly #watch: Watch;
  readonly #collectGarbage = garbageCollector();
  #lastUse = monotonic();
  /** Resident memory when there was last nothing to give back. */
  #restingBytes = 0;
  #accepting = true;

  constructor(parts: DaemonParts) {
    this.#parts = parts;
    const { paths, env } = parts;
    const accept = ({ privacy }: Config) => void readRedactionRules(parts.packageRoot, privacy.rules);
    this.settings = new Settings({ paths, env, accept });
    const { config } = this.settings;
    const key = Buffer.from(madeOnce(join(paths.keys, 'redaction.key'), 32), 'hex');
    this.#redactors = new Redactors(parts.packageRoot, key, config.privacy.rules);
    this.#redactor = this.#redactors.current;
    const redact = (text: string) => this.#redactor.text(text.toWellFormed()).text;
    this.log = createLog({ file: paths.log, level: config.daemon.log_level, redact });
    this.settings.listen({ onChange: (now) => this.#changed(now), onFault: (error) => this.#bug('settings', error) });
    const random = createRandom();
    const newId = () => uuidV7(wallClock(), random(10));
    const warn = (event: string, details: object) => this.log.warn(details, event);
    this.#jobs = new Jobs(newId);
    ownSpool(paths.spool);
    this.#after = createAftercare({
      ...{ paths, projects: () => this.#projects, failpoint: this.#failpoint, log: this.log },
      ...{ keep: () => this.settings.config.store.backup_keep, onBug: this.#bug, showings: () => this.#wired.showings },
      onChanged: (project) => this.#briefs.wake(project, 'at once'),
    });
    this.#meaning = new Meaning({
      ...{ projects: () => this.#projects, config: () => this.settings.config, showings: () => this.#wired.showings },
      ...{ redact, clock: wallClock, monotonic, breathe, open: openEmbedder, keys: { env, read: readText } },
      onFault: this.#bug,
    });
    this.#prefixes = createPrefixes({
      ...{ settings: this.settings, printed: paths.printed, projects: () => this.#projects, isBusy: this.#isBusy },
      ...{ briefFolders: (project) => this.#briefs.directories(project), onFault: this.#bug },
    });
    this.#wired = this.#wire(newId);
    this.#trailers = new Trailers({
      ...{ projects: () => this.#projects, clock: wallClock, onFault: this.#bug },
      wanted: (root) => trailerOf(this.settings.at(root)),
    });
    this.#projects = new Projects({
      ...{ paths, clock: wallClock, monotonic, random, failpoint: this.#failpoint },
      ...{ migrations: readMigrations(this.#wired.features), afterCrash: parts.crashedAt !== null },
      projections: this.#wired.features.flatMap((feature) => feature.projections),
      names: { user: config.user.name || accountName(), device: config.device.name || hostName() },
      ...{ bounds: () => storeBounds(this.settings.config), bind: logBinding(paths, warn) },
      resolution: () => this.settings.config.portable_sync.conflict_resolution,
      onCommit: (project, events) => this.#onCommit(project, events),
      ...{ keeping: this.#after.keeping, disk: this.#after.disk, leave: () => this.#searches.leave() },
    });
    this.#spool = new Spool({
      ...{ redact, laneOf, log: warn },
      ...{ directory: paths.spool, printed: paths.printed, clock: wallClock, failpoint: this.#failpoint },
      ingesting: (held) =>
        ingesting(this.#wired.capture, { failpoint: this.#failpoint, held, cancelled: this.#isLeaving }),
      onTaken: (project) => {
        this.#used();
        this.#wired.cache.loading.noticed(project, 'prompt');
        this.#briefs.wake(project);
      },
    });
    this.#briefs = new Briefs({
      ...{ projects: this.#projects, sources: this.#wired.sources, briefKey: () => briefKeyOf(paths) },
      ...{ clock: wallClock, deltaMark: paths.deltas, isBusy: this.#isBusy, onBug: this.#bug },
      telling: (root) => this.settings.at(root).brief,
      gitState: (directory) => cleanGitState(this.#redactor, directory),
      onRendered: (project) => this.#rendered(project),
      onHead: (project, branch) => this.#wired.cache.loading.noticed(project, 'checkout', branch),
    });
    this.#following = new Following({
      ...{ capture: this.#wired.capture, roots: this.#wired.roots, isLeaving: this.#isLeaving },
      openProjects: () => this.#projects.openProjects,
      onNews: () => this.#used(),
      onFault: (error) => this.#bug('look', error),
      isWatching: () => this.settings.config.capture.watch_files,
    });
    this.#watch = new Watch({
      ...{ of: parts, settings: this.settings, projects: () => this.#projects, weak: this.#wired.weak, monotonic },
      ...{ spool: this.#spool, disk: this.#after.disk, meaning: this.#meaning, jobs: this.#jobs, clock: wallClock },
      ...{ front: () => this.#front, tell: this.#tell, remotes: this.#wired.sync.standings },
      cached: () => ({ blocks: this.#prefixes.room.totalBytes(), tensors: this.#wired.cache.tensors.totals().bytes }),
    });
    this.#front = this.#createFront();
  }

  get server(): FastifyInstance {
    return this.#front.socket;
  }

  /** Takes in what came while no daemon ran, then goes on looking. */
  async begin(): Promise<void> {
    await this.#front.tcp.open();
    this.#trailers.begin();
    this.#spool.sweep();
    await this.#spool.drain();
    this.#briefs.begin();
    await this.#finishErasing();
    this.#rounds.every(2_000, () => this.#tick());
    this.#rounds.every(minuteMs, () => this.#look());
    this.#rounds.every(10 * minuteMs, async () => this.#projects.closeIdle());
    this.#rounds.every(60 * minuteMs, async () => this.#sweep());
    this.#rounds.every(5_000, async () => this.#tidy());
    compileHotCode();
    this.#restingBytes = residentBytes();
    this.#meaning.wakeAll();
    void sweepTensors(this.#wired.cache.tensors, this.#projects).catch((error: unknown) => this.#bug('tensors', error));
    void this.#look().catch((error: unknown) => this.#bug('look', error));
  }

  /** Milliseconds since anything was asked of the daemon, or was said by an agent. */
  idleMs(): number {
    return this.#briefs.pending || this.#front.isAwaited || this.#meaning.isBusy ? 0 : this.#quietMs();
  }

  #quietMs(): number {
    return this.#jobs.running > 0 ? 0 : monotonic() - this.#lastUse;
  }

  /** Accepts nothing new, finishes what is under way, takes in the spool once more, closes. The lock is released after. */
  async leave(): Promise<void> {
    this.#accepting = false;
    this.#rounds.stop();
    this.#trailers.leave();
    await this.#front.close();
    await this.#wired.sync.stop();
    await this.#jobs.stop();
    await this.#following.stop();
    await this.#meaning.stop();
    await this.#prefixes.leave();
    await this.#wired.cache.idleTensors.interrupt();
    await this.#spool.drain();
    this.#spool.stop();
    await this.#briefs.finish();
    countReads(this.#wired.entries, this.#projects, this.#after.disk, wallClock());
    await this.#after.finish();
    this.#projects.closeAll();
    this.#searches.close();
    this.#wired.cache.closeLoading();
    this.log.info('left');
  }

  #finishErasing(projectId?: string): Promise<void> {
    // pages with what is erased, files that may hold it
    this.#searches.forget();
    this.#wired.cache.loading.forget();
    const { spool, printed } = this.#parts.paths;
    const { capture, erasing, cache } = this.#wired;
    const tensors = { forget: (id?: string) => cache.idleTensors.interrupt().then(() => cache.tensors.forget(id)) };
    const parts = { projects: this.#projects, capture, erasing, tensors, copies: this.#after.keeping, spool, printed };
    // after the files are others: what was read of them before must not come back
    const render = (id: string) => this.#briefs.render(id).then(() => this.#prefixes.forgetRendered(id));
    return finishErasing({ ...parts, render, onFault: (id, error) => this.#bug(`erase in ${id}`, error) }, projectId);
  }

  #changed(config: Config): void {
    this.log.level = config.daemon.log_level;
    this.#redactors.use(config.privacy.rules);
    this.#meaning.changed();
    for (const project of this.#projects.openProjects) this.#briefs.wake(project, 'at once');
    this.log.info('other settings are in force');
  }

  async #tick(): Promise<void> {
    this.settings.look();
    await this.#spool.drain();
    this.#briefs.lookAtHeads();
    await this.#after.mirrors.settle();
    await this.#following.follow();
    this.#trailers.look();
    this.#wired.sync.schedule.look();
    this.#watch.tick();
  }

  /** Quiet again after much work: what it took is given back. */
  #tidy(): void {
    void this.#prefixes.look();
    countReads(this.#wired.entries, this.#projects, this.#after.disk, wallClock());
    if (this.#quietMs() < quietMs || residentBytes() - this.#restingBytes < grownBytes) return;
    this.#projects.shrink();
    this.#collectGarbage();
    this.#restingBytes = residentBytes();
  }

  #rendered(project: string): void {
    this.#tell(project, { event: 'brief.rendered' });
    this.#prefixes.rendered(project);
  }

  readonly #tell = (project: string | undefined, moment: Moment) => this.#front?.events.notice(project, moment);

  readonly #isBusy = () => this.#jobs.running > 0 || this.#spool.isBehind;

  readonly #isLeaving = () => !this.#accepting;

  async #look(): Promise<void> {
    await this.#watch.look();
    await this.#following.look();
    await this.#after.keeping.daily(this.#quietMs());
    if (!this.#isBusy()) void this.#wired.cache.idleTensors.look(this.#quietMs());
    await this.#wired.sync.rehearsals.daily(this.#quietMs());
  }

  #sweep(): Promise<void> {
    const sweeps: Sweeps = {
      spool: async () => this.#spool.sweep(),
      mirrors: () => this.#after.mirrors.sweep(),
      meaning: async () => this.#meaning.wakeAll(),
      retired: (onFault) => sweepRetired(this.#projects, this.settings, { erasing: this.#wired.erasing, onFault }),
      erase: () => this.#finishErasing(),
      prefixes: () => this.#prefixes.sweep(),
      tensors: () => sweepTensors(this.#wired.cache.tensors, this.#projects),
      stores: (onFault) => sweepStores(this.#projects, this.settings, { entries: this.#wired.entries, onFault }),
    };
    return sweepEach(sweeps, (what, error) => this.#bug(what, error));
  }

  /** Everything already said about a project is in its database when this resolves. */
  async #settle(projectId: string): Promise<void> {
    await this.#spool.drain();
    await this.#briefs.takeClaims(projectId);
    await this.#following.settle(projectId);
  }

  #onCommit(project: string | null, events: readonly StoreEvent[]): void {
    this.#front?.events.committed(project, events.at(-1)?.n ?? 0);
    this.#watch?.committed(project);
    const remembered = events.some((event) => event.name.startsWith('context.'));
    this.#meaning.wake(project);
    this.#wired.sync.committed(events);
    if (project !== null) for (const learner of [this.#trailers, this.#prefixes]) learner.wake(project);
    if (project !== null) this.#after.written(project, remembered);
    if (project !== null) this.#briefs.wake(project, remembered ? 'at once' : 'in turn');
    else if (remembered) {
      for (const open of this.#projects.openProjects) this.#briefs.wake(open, 'at once');
    }
  }

  #createFront(): Front {
    const dispatch = createDispatch({
      ...{ features: this.#wired.features, projects: this.#projects, jobs: this.#jobs, redactor: this.#redactor },
      ...{ clock: wallClock, settle: (project: string) => this.#settle(project), onBug: this.#bug },
      redactorAt: (root) => this.#redactors.of(this.settings.at(root).privacy.rules),
      tell: (project) => this.#briefs.render(project),
      erased: (project) => this.#finishErasing(project),
    });
    const answer = tellingCache(dispatch, () => this.#projects, this.#tell);
    return new Front({
      dispatch: (asked) => {
        this.#rounds.begins(asked.operation);
        return answer(asked);
      },
      ...{ projects: this.#projects, settings: this.settings.config.api, token: this.#parts.token, onBug: this.#bug },
      ...{ clock: wallClock, monotonic, gauges: () => this.#watch.gauges() },
      log: (what, details) => this.log.info(details, what),
      redact: (text) => this.#redactor.text(text.toWellFormed()).text,
      bodyBytes: this.settings.config.daemon.max_body_mb * 1_048_576,
      accepting: () => this.#accepting,
      onRequest: () => this.#used(),
    });
  }

  #wire(newId: () => string): Wired {
    const { paths, packageRoot, nodePath, env } = this.#parts;
    return wire({
      ...{ paths, packageRoot, nodePath, env, redactor: this.#redactor, clock: wallClock, monotonic, breathe },
      ...{ settings: this.settings, redactorOf: this.#redactors.of },
      ...{ projects: () => this.#projects, searches: this.#searches, prefixes: () => this.#prefixes.room },
      isQuiet: () => monotonic() - this.#lastUse >= limits.quietMs,
      resumed: (setting, session) => this.#briefs.resumed(setting, session),
      ...{ isDue: (project) => this.#briefs.isDue(project), takeClaims: (project) => this.#briefs.takeClaims(project) },
      ...{ render: (project) => this.#briefs.render(project), told: (event) => this.#briefs.told(event) },
      log: (event, details) => this.log.warn(details, event),
      spool: {
        state: () => this.#spool.state(),
        lay: (id, bytes) => writeSpoolFile(paths.spool, id, bytes),
        drain: () => this.#spool.drain(),
      },
      daemon: {
        health: () => this.#watch.health(),
        drain: () => this.#parts.onDrain(),
        withdrawBriefs: (way) => withdrawBriefs(paths, this.#projects.roots(), way),
        newId,
        home: paths.home,
        makeBriefKey: () => void madeOnce(paths.briefKey, 8),
      },
      jobs: this.#jobs,
      maintenance: {
        ...{ verify: this.#after.keeping.verify, rebuild: this.#after.keeping.rebuild },
        bytes: (id) => this.#projects.bytes(id),
        disk: (id) => diskOf(this.#projects, paths, id),
        counts: (id) => countsOf(this.#projects, id),
      },
      ...{ keeping: this.#after.keeping, meaning: () => this.#meaning },
      sync: {
        ...{ failpoint: this.#failpoint, rekey: (key) => this.#redactors.rekey(key) },
        tell: this.#tell,
        erased: () => this.#finishErasing(),
        onApplied: (project) => project !== null && this.#briefs.wake(project, 'at once'),
        recompute: (id) => this.#after.keeping.rebuildQuietly(id, this.#isLeaving),
      },
      enter: (entering) => enterProject({ paths, projects: this.#projects, briefs: this.#briefs }, entering),
    });
  }

  #used(): void {
    this.#lastUse = monotonic();
  }

  readonly #bug = (what: string, error: unknown): void => {
    if (error instanceof PrsistError && error.code !== 'internal')
      this.log.warn({ what, code: error.code }, error.message);
    else this.log.error({ what, err: error }, 'bug');
  };
}
