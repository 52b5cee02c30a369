// Which feature gets what from which: one line each. Features never import one another.
import { readPrices } from '../config/prices.ts';
import type { Config } from '../config/schema.ts';
import { movedAgentHomes } from '../core/agent-homes.ts';
import type { Captured } from '../core/captured.ts';
import type { Redactor } from '../core/redact.ts';
import { activityFeature } from '../features/activity/feature.ts';
import { batchFeature } from '../features/batch/feature.ts';
import type { BriefSources, Look, Reads } from '../features/brief/assemble.ts';
import { briefFeature, settingOf } from '../features/brief/feature.ts';
import type { ContextLoading } from '../features/cache/context/loading.ts';
import { cacheFeature } from '../features/cache/feature.ts';
import type { PrefixRoom } from '../features/cache/needs-blocks.ts';
import type { ChainNeeds } from '../features/capture/chain.ts';
import { importHistory } from '../features/capture/commits.ts';
import { historyRoot, type TranscriptRoots, transcriptRoots } from '../features/capture/discover.ts';
import { captureFeature } from '../features/capture/feature.ts';
import { importTranscripts } from '../features/capture/import.ts';
import { enteredBy } from '../features/capture/install/carry-out.ts';
import type { CaptureParts, TakeInSource, Target } from '../features/capture/needs.ts';
import { forgetHomeless } from '../features/capture/queries.ts';
import { keptTranscript } from '../features/capture/segments.ts';
import { brokenHooks } from '../features/capture/status.ts';
import { conflictsFeature } from '../features/conflicts/feature.ts';
import { doubtedDocuments } from '../features/documents/doubted.ts';
import { documentsFeature } from '../features/documents/feature.ts';
import * as documentSearch from '../features/documents/findable.ts';
import { keep } from '../features/documents/keep.ts';
import { documentCount } from '../features/documents/queries.ts';
import { noteSearch } from '../features/entries/access-log.ts';
import { doubtedEntries } from '../features/entries/doubted.ts';
import { endsForBrief, forBrief } from '../features/entries/durable.ts';
import { entryFacts } from '../features/entries/facts.ts';
import { entriesFeature } from '../features/entries/feature.ts';
import {
  findables as entryFindables,
  hidings as entryHidings,
  foundEntry,
  showing,
} from '../features/entries/findable.ts';
import { storeInitial } from '../features/entries/initial.ts';
import { pendingSyncs } from '../features/entries/mirror.ts';
import { type EntryNeeds, momentOf } from '../features/entries/needs.ts';
import { undoings } from '../features/entries/undo.ts';
import { countUse } from '../features/entries/use.ts';
import { erasingFeature } from '../features/erasing/feature.ts';
import type { ErasingNeeds } from '../features/erasing/needs.ts';
import { erasedIn } from '../features/erasing/queries.ts';
import type { Context, Feature, JobContext } from '../features/feature.ts';
import type { Showing } from '../features/findable.ts';
import { searchFeature } from '../features/search/feature.ts';
import { noteEcho } from '../features/search/hygiene.ts';
import { meaningFeature } from '../features/search/meaning/feature.ts';
import type { Echo } from '../features/sessions/batch.ts';
import { unknownCommits } from '../features/sessions/commits.ts';
import { conversationEntities } from '../features/sessions/erasing.ts';
import { sessionsFeature } from '../features/sessions/feature.ts';
import { findables, hidings, showings } from '../features/sessions/findable.ts';
import { anchorForBrief, handoffForBrief, sessionsForBrief } from '../features/sessions/for-brief.ts';
import { hasOriginal } from '../features/sessions/join.ts';
import { lastHeard, noteEnd, noteResumed } from '../features/sessions/lifecycle.ts';
import { takeIn } from '../features/sessions/take-in.ts';
import { takeInGit } from '../features/sessions/take-in-git.ts';
import { systemFeature } from '../features/system/feature.ts';
import type { Daemon, JobsView, Keeping, Maintenance, Welcome } from '../features/system/needs.ts';
import { tokensFeature } from '../features/tokens/feature.ts';
import { trustFeature } from '../features/trust/feature.ts';
import type { Paths } from '../platform/paths.ts';
import { workTreeOf } from '../platform/repository.ts';
import type { Write } from '../store/record-type.ts';
import { activityNeeds, keepBeats } from './activity.ts';
import { batchSteps } from './batch.ts';
import { briefLinks } from './brief-link.ts';
import { type CacheWired, wireCache } from './cache-wiring.ts';
import { installAgain, type Mending, mendLinks, type WeakLink, weakLinks } from './chains.ts';
import { nameOf } from './conflict-names.ts';
import { doctor } from './doctor.ts';
import { entryNeeds } from './entry-needs.ts';
import { erasingNeeds } from './erasing-needs.ts';
import { createExtractor } from './extraction.ts';
import { createHooks, receiptPlace, scriptFacts } from './hooks.ts';
import { hygieneNeeds } from './hygiene.ts';
import { keptPath, keptPaths } from './kept-path.ts';
import { lastWords } from './last-words.ts';
import { enterAhead, heardAhead } from './load-ahead.ts';
import type { Meaning } from './meaning.ts';
import { isOwnPlace } from './own-place.ts';
import { captureRules, keepThinking, mainTop, sessionTimes, tellingOf } from './project-settings.ts';
import type { Projects } from './projects.ts';
import type { SearchAside } from './search-aside.ts';
import { searching } from './searching.ts';
import type { Settings } from './settings.ts';
import { type SyncWired, type SyncWiringParts, wireSync } from './sync-wiring.ts';
import { toldBriefs } from './told-briefs.ts';
import { unlistedBy, unlistedView } from './unlisted.ts';
import { workPatch } from './work-patch.ts';

export interface Wiring {
  readonly paths: Paths;
  readonly packageRoot: string;
  readonly nodePath: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Set once they exist: features are asked for their contracts before the databases are open. */
  readonly projects: () => Projects;
  /** The thread that searches. */
  readonly searches: SearchAside;
  readonly redactor: Redactor;
  /** With rules of their own, for projects that are stricter than the user. */
  readonly redactorOf: (rules: Config['privacy']['rules']) => Redactor;
  readonly settings: Settings;
  readonly clock: () => number;
  readonly monotonic: () => number;
  readonly breathe: () => Promise<void>;
  /** Nobody has asked for anything just now. */
  readonly isQuiet: () => boolean;
  readonly resumed: (setting: ReturnType<typeof settingOf>, session_id: string) => string;
  readonly takeClaims: CaptureParts['takeClaims'];
  /** Whether the briefs of a project are about to be laid out. */
  readonly isDue: (projectId: string) => boolean;
  /** Lays out the briefs of a project now. */
  readonly render: (projectId: string) => Promise<void>;
  readonly told: CaptureParts['told'];
  readonly log: CaptureParts['log'];
  readonly spool: {
    readonly state: ChainNeeds['spool'];
    readonly lay: (id: string, bytes: Uint8Array) => void;
    readonly drain: () => Promise<void>;
  };
  readonly daemon: Daemon;
  readonly jobs: JobsView;
  readonly maintenance: Maintenance;
  readonly keeping: Keeping;
  readonly enter: Welcome['enter'];
  /** The room that prefixes take, and what is learnt of them. */
  readonly prefixes: () => PrefixRoom;
  readonly meaning: () => Pick<Meaning, 'state' | 'meant' | 'scores' | 'forget'>;
  /** What synchronisation changes here. */
  readonly sync: Pick<SyncWiringParts, 'rekey' | 'failpoint' | 'onApplied' | 'recompute' | 'tell' | 'erased'>;
}

export interface Wired {
  readonly features: readonly Feature[];
  readonly entries: EntryNeeds;
  readonly capture: CaptureParts;
  readonly sources: BriefSources;
  readonly roots: TranscriptRoots;
  readonly erasing: ErasingNeeds;
  readonly cache: Omit<CacheWired, 'needs'>;
  readonly sync: SyncWired;
  /** Where capture is weak; git: projects whose git is looked at too, all when absent. */
  readonly weak: (git?: readonly string[]) => Promise<WeakLink[]>;
  /** How every found thing is shown. */
  readonly showings: readonly Showing[];
}

/** Every feature, in the order in which their projections run: search last, since it reads the rows of the others. */
export function wire(wiring: Wiring): Wired {
  const capture = captureParts(wiring, () => cache.loading);
  const entries = entryNeedsOf(wiring);
  const sources = briefSources(wiring, entries);
  const told = toldBriefs(wiring.paths.printed);
  const roots = rootsOf(wiring);
  const homes = { home: wiring.paths.home, moved: movedAgentHomes(wiring.env) };
  const hooks = createHooks(wiring, () => wiring.projects().roots());
  const shown = [showing(entries), ...showings, ...documentSearch.showings];
  const status: ChainNeeds = {
    ...{ homes, spool: wiring.spool.state, scripts: () => scriptFacts(wiring), brief: briefLinks(wiring) },
    entered: () => enteredBy(receiptPlace(wiring.paths)),
    roots: () => wiring.projects().roots(),
  };
  const weak = (git?: readonly string[]) =>
    weakLinks(status, wiring.projects(), { now: wiring.clock(), ...(git && { git }) });
  const mending: Mending = {
    ...{ hooks, homes: homes.moved, entered: status.entered, render: wiring.render },
    get projects() {
      return wiring.projects();
    },
  };
  const { lay, drain } = wiring.spool;
  const erasing = erasingNeeds(wiring.projects, entries, wiring);
  const prices = readPrices(wiring.packageRoot);
  const cache = wireCache({
    ...{ ...wiring, sources, told, prices, ignores: (id) => fileIgnores(capture, id) },
    redactorAt: (root) => capture.rules(root).redactor,
  });
  const sync = wireSync({ ...wiring, ...wiring.sync });
  const features: Feature[] = [
    entriesFeature(entries),
    sessionsFeature({
      prices,
      times: (root) => sessionTimes(wiring.settings.at(root)),
      get device() {
        return wiring.projects().identity.dev;
      },
      surroundings: (context, session_id) => ({
        ...{ ...factsOf(entries, context, session_id), git: context.git },
        ...lastWords({ project: context.read.project, user: context.read.user }, session_id),
      }),
      keepInitial: storeInitial(entries),
      summaryDocument: (tx, { session_id, summary }) => {
        const uri = `session:${session_id}/summary`;
        const wanted = { uri, content: summary, kind: 'summary', mime: 'text/markdown', session_id };
        return keep(tx, wanted, { actor: { user: wiring.projects().identity.user, session: session_id } }).uri;
      },
      transcript: keptTranscript,
      patch: (context) => workPatch(capture.rules, context),
      breathe: wiring.breathe,
      brief: (context, session_id) => wiring.resumed(settingOf(context), session_id),
    }),
    captureFeature(capture, roots, {
      ...status,
      lay,
      drain,
      namedProject: (asked) => wiring.projects().resolve(asked),
    }),
    activityFeature(activityNeeds(capture)),
    documentsFeature({
      redactor: (projectId) => capture.rules(capture.target(projectId).root).redactor,
      ignores: (projectId) => fileIgnores(capture, projectId),
      ...{ breathe: wiring.breathe, extractor: () => createExtractor() },
      store: (projectId) => targetOf(wiring.projects(), projectId),
      keptPath: (path, root) => keptPath(path, undefined, root),
    }),
    cacheFeature(cache.needs),
    briefFeature({ sources, told }),
    systemFeature({
      ...{ hooks, daemon: wiring.daemon, jobs: wiring.jobs, maintenance: wiring.maintenance },
      keeping: wiring.keeping,
      unlisted: unlistedView(wiring.paths.spool),
      examine: doctor({
        ...{ paths: wiring.paths, projects: wiring.projects, redactor: wiring.redactor },
        ...{ config: () => wiring.settings.config, links: () => brokenHooks(status) },
        ...{ deviceKeys: sync.deviceKeys, remotes: sync.remotes, meaning: () => wiring.meaning().state },
        chains: () => weak(),
        mendLinks: (weak) => mendLinks(mending, weak),
        install: (agents) => installAgain(hooks, agents, homes.moved),
      }),
      config: wiring.settings.view((asked) => wiring.projects().resolve(asked).root),
      welcome: { enter: enterAhead(wiring.enter, () => cache.loading), takeIn: welcome(wiring, capture, roots) },
    }),
    erasingFeature(erasing),
    sync.feature,
    batchFeature(batchSteps(() => features)),
    trustFeature({ entries: doubtedEntries, documents: doubtedDocuments, undoings }),
    conflictsFeature({ nameOf: nameOf(shown) }),
    tokensFeature({ projectId: (asked) => wiring.projects().resolve(asked).id }),
    searchFeature({
      findables: [...entryFindables, ...findables, ...documentSearch.findables],
      hidings: [...entryHidings, ...hidings, ...documentSearch.hidings],
      showings: shown,
      entryOf: foundEntry(entries),
      hygiene: hygieneNeeds(),
      forgetVectors: (job) => wiring.meaning().forget(job),
      monotonic: wiring.monotonic,
      aside: searching({
        ...{ thread: wiring.searches, projects: wiring.projects },
        meant: (text, reads) => wiring.meaning().meant(text, reads),
        scores: (query, texts) => wiring.meaning().scores(query, texts),
        config: (root) => wiring.settings.at(root),
      }),
      asking: (context, query) => noteSearch(entries.accesses, context, query),
    }),
    meaningFeature(),
  ];
  return { features, entries, capture, sources, roots, erasing, cache, sync, weak, showings: shown };
}

/** Where transcripts are: of the person's agents, and in every project. */
function rootsOf({ paths, env, projects }: Wiring): TranscriptRoots {
  const fixed = transcriptRoots(paths.home, env);
  return { [Symbol.iterator]: () => [...fixed, ...projects().roots().map(historyRoot)].values() };
}

function entryNeedsOf({ settings, monotonic, maintenance }: Wiring): EntryNeeds {
  return entryNeeds({
    ...{ settings, monotonic },
    stores: { bytes: maintenance.bytes, pendingSyncs, documents: (read) => read.one(documentCount, {})?.count ?? 0 },
  });
}

function factsOf(entries: EntryNeeds, context: Context, session_id: string) {
  const { read, caller } = context;
  return entryFacts({ ...momentOf(entries, context), read, user: caller.user }, session_id);
}

/** Of a file that nobody reads in a conversation. */
function fileIgnores(capture: CaptureParts, projectId: string) {
  const { ignores } = capture.rules(capture.target(projectId).root);
  return ignores && ((path: string) => ignores(path, undefined));
}

/** loading: hears of conversations, so that their context is at hand. */
function captureParts(wiring: Wiring, loading: () => ContextLoading): CaptureParts {
  const { redactor, clock, monotonic, breathe, takeClaims, log, settings } = wiring;
  const told = heardAhead(wiring.told, loading);
  const identity = () => wiring.projects().identity;
  const source = (of: TakeInSource) => ({
    ...{ agent: of.agent, trusted: of.trusted, from: of.from },
    // looked at where there is any: the settings of a project cost a look at its file
    get keepThinking() {
      return keepThinking(settings.at(of.root));
    },
    echoed: (tx: Write, echo: Echo) => noteEcho(tx, echo, countUse),
    ...{ user: identity().user, device: identity().dev },
    worktreeOf: (cwd: string) => redactor.text(worktreeName(cwd, of.root)).text,
    erasedIn,
    pathOf: keptPaths(of.root),
  });
  const parts: CaptureParts = {
    ...{ redactor, clock, monotonic, breathe, takeClaims, told, log, reading: new Map() },
    rules: captureRules(settings, wiring.redactorOf),
    keepers: {
      takeIn: (tx, of, announced, items: readonly Captured[]) => takeIn(tx, source(of), announced, items),
      hasOriginal,
      takeInGit: (tx, git) => takeInGit(tx, identity().user, git),
      started: (tx, start) => noteResumed(tx, start, { user: identity().user }),
      ended: (tx, end) => noteEnd(tx, end, { user: identity().user }),
      beats: (tx, beats) => keepBeats(tx, parts, beats),
      lastHeard,
    },
    unknownCommits,
    isForgotten: (read, agent, natives) => {
      const isErased = erasedIn(read);
      return natives.some((native) => conversationEntities(agent, native).some((ent) => isErased?.(ent)));
    },
    get user() {
      const store = wiring.projects().user;
      return { read: store.read, write: store.write.bind(store) };
    },
    target: (projectId) => targetOf(wiring.projects(), projectId),
    get transcriptRoots() {
      return rootsOf(wiring);
    },
    roots: () => wiring.projects().roots(),
    // what our own processes do is nobody's work
    projectOf: (directory) =>
      isOwnPlace(wiring.paths, directory) ? undefined : wiring.projects().ofDirectory(directory),
    unlisted: unlistedBy(wiring),
  };
  return parts;
}

function targetOf(projects: Projects, projectId: string): Target {
  const { root } = projects.resolve(projectId);
  return {
    ...{ projectId, root, write: (work) => projects.store(projectId).write(work) },
    indexMs: () => projects.store(projectId).projector.indexMs(),
    // opened only when it is read: looking at a project's repository is no use of its database
    get read() {
      return projects.store(projectId).read;
    },
  };
}

/** Which work tree of a project a directory lies in; a foreign directory counts as the main one. */
function worktreeName(cwd: string, root: string | undefined): string {
  const tree = workTreeOf(cwd);
  return tree && tree.mainTop === root ? tree.name : 'main';
}

function briefSources(wiring: Wiring, entries: EntryNeeds): BriefSources {
  const asked = (read: Reads, { now, root }: Look) => ({
    ...momentOf(entries, { read, now, project: { root: mainTop(root) } }),
    ...{ read, user: wiring.projects().identity.user },
  });
  return {
    entries: (reads, at) =>
      forBrief(asked(reads, at)).map(({ updated_at, actor, ...entry }) => {
        return { ...entry, at: updated_at, by: actor.agent ?? 'you', session_id: actor.session ?? null };
      }),
    entryEnds: (reads, at) => endsForBrief(asked(reads, at)),
    sessions: sessionsForBrief,
    anchor: (reads, session_id, { git, ...at }) =>
      anchorForBrief(reads.project, session_id, {
        ...{ ...entryFacts(asked(reads, at), session_id), git },
        ...lastWords(reads, session_id),
      }),
    handoff: (read, agent, at) => {
      const { user, dev } = wiring.projects().identity;
      return handoffForBrief(read, agent, { ...at, user, device: dev });
    },
    telling: (root) => tellingOf(wiring.settings.at(mainTop(root))),
  };
}

/** A new project starts full: its history, and every transcript that is already there. */
function welcome(wiring: Wiring, capture: CaptureParts, roots: TranscriptRoots): Welcome['takeIn'] {
  return async (project, { report, cancelled }) => {
    const target = capture.target(project.id);
    await capture.user.write((tx) => tx.run(forgetHomeless, {}));
    const commits = await importHistory(capture, target, cancelled);
    const read = { project: target.read, user: capture.user.read };
    const context: JobContext = {
      ...{ caller: { user: wiring.projects().identity.user, origin: 'human' }, project, read, now: wiring.clock() },
      ...{ worktree: undefined, branch: undefined, git: null, report, cancelled },
    };
    const imported = await importTranscripts(capture, roots)(context, { dry_run: false });
    return { commits_added: commits, imported };
  };
}
