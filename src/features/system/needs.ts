import type { FilePlan } from '../../core/file-edit.ts';
import type { WorkTree } from '../../platform/repository.ts';
import type { JobContext, ProjectRef } from '../feature.ts';
import type { ConfigView } from './config-needs.ts';
import type { Examine } from './doctor-needs.ts';
import type { ProjectRow } from './queries.ts';

export interface HooksAsked {
  readonly agents: readonly string[] | undefined;
  /** Directories of the agents, where their own variables moved them. */
  readonly homes: Readonly<Record<string, string>>;
  /** Whether the agents are told of the MCP server too. */
  readonly mcp: boolean;
  /** Top of a repository into whose files they go, instead of those of the person. */
  readonly project?: string;
}

export interface GitHooksAsked {
  /** Beside the usual ones. */
  readonly more: readonly string[];
  /** Whether hooks that the repository tracks may be changed. */
  readonly shared: 'write' | 'print';
}

/** Hooks of agents and git, as capture installs them. */
export interface Hooks {
  readonly planUser: (asked: HooksAsked) => Promise<FilePlan>;
  readonly planRepository: (tree: WorkTree, asked: GitHooksAsked) => Promise<FilePlan>;
  readonly planWayBack: (homes: HooksAsked['homes']) => FilePlan;
  /** What only the user can do after a plan was carried out. */
  readonly stepsAfter: (plan: FilePlan, asked: HooksAsked) => string[];
  readonly carryOut: (plan: FilePlan, way: 'there' | 'back') => void;
}

/** What happens when a directory becomes a project. */
export interface Welcome {
  /** Enters the project, makes its database and brief folder. */
  readonly enter: (project: Entering) => ProjectRef;
  /** Takes in history and transcripts; returns what stands in the result of init. */
  readonly takeIn: (
    project: ProjectRef,
    job: Pick<JobContext, 'report' | 'cancelled'>,
  ) => Promise<Readonly<Record<string, unknown>>>;
}

export interface Entering {
  readonly project_id: string;
  readonly name: string;
  readonly root: string;
  readonly kind: 'main' | 'clone' | 'bare' | 'directory';
  readonly root_commit: string | undefined;
  readonly origin_url: string | undefined;
}

/** A rule that holds for as long as it says. */
export interface Alert {
  readonly name: string;
  readonly metric: string;
  readonly labels: Record<string, string>;
  readonly value: number;
  readonly above: number | null;
  readonly below: number | null;
  readonly since: string;
  /** What it means, in words. */
  readonly says: string;
}

export interface Health {
  readonly status: 'ok' | 'degraded' | 'failing';
  readonly pid: number;
  readonly uptime_seconds: number;
  readonly restarted_after_crash_at: string | null;
  readonly rss_bytes: number;
  readonly queue: number;
  readonly alerts: Alert[];
  readonly checks: {
    readonly store: string;
    readonly spool: { readonly waiting: number; readonly bad: number; readonly oldest_ms: number };
    readonly disk: {
      readonly free: number;
      readonly projects: { readonly project_id: string; readonly name: string; readonly bytes: number }[];
    };
    /** Where programs may ask over TCP, or why they cannot. */
    readonly tcp: string;
    readonly sync: string;
    /** Search by meaning: who computes vectors, how far they are, what keeps them from being computed. */
    readonly meaning: {
      readonly embedder: string;
      readonly model: string | null;
      readonly texts: number;
      readonly done: number;
      readonly skipped: number;
      readonly why: string | null;
      readonly fix: string;
    };
    readonly capture: Readonly<Record<string, { readonly last_event_at: string | null; readonly proven: boolean }>>;
  };
}

/** What the daemon tells of itself. */
export interface Daemon {
  readonly health: () => Health;
  readonly drain: () => void;
  /** Brief folders that stand in repositories, taken away or only named. */
  readonly withdrawBriefs: (way: 'look' | 'do') => string[];
  readonly newId: () => string;
  readonly home: string;
  /** Makes the name under which briefs of this person stand in repositories, if there is none. */
  readonly makeBriefKey: () => void;
}

/** Events of repositories of which nobody has said yet whether they are captured. */
export interface UnlistedEvents {
  readonly waiting: () => readonly { readonly root: string; readonly events: number; readonly since: number }[];
  readonly drop: (root: string) => void;
}

type Json = Readonly<Record<string, unknown>>;

export interface JobSeen {
  readonly job_id: string;
  readonly name: string;
  readonly state: 'running' | 'done' | 'failed' | 'cancelled';
  readonly progress: Json;
  readonly result: Json | null;
  readonly error: { readonly code: string; readonly message: string } | null;
}

export interface JobsView {
  readonly show: (job_id: string, waitMs: number) => Promise<JobSeen>;
  readonly list: () => readonly JobSeen[];
  readonly cancel: (job_id: string) => { readonly job_id: string; readonly state: string };
}

/** One project's database, as maintenance sees it. */
export interface Maintenance {
  readonly verify: (projectId: string, depth: 'chain' | 'deep', job: JobShare) => Promise<Json>;
  readonly rebuild: (projectId: string, only: ReadonlySet<string> | undefined, job: JobShare) => Promise<Json>;
  readonly bytes: (projectId: string) => number;
  readonly disk: (projectId: string) => { db: number; blobs: number; transcripts: number; bytes: number };
  readonly counts: (projectId: string) => { entries: number; sessions: number; messages: number; records: number };
}

/** What long work tells of itself, and is told. */
export type JobShare = Pick<JobContext, 'report' | 'cancelled'>;

/** Copies of databases, and what is done to a project as a whole. Each answers with the result of its job. */
export interface Keeping {
  readonly compact: (projectId: string, job: JobShare) => Promise<Json>;
  readonly backup: (projectId: string, path: string | undefined) => Promise<Json>;
  readonly backups: (projectId: string) => readonly BackupFile[];
  /** project: undefined makes the copy a project of its own. */
  readonly restore: (project: string | undefined, path: string, job: JobShare) => Promise<Json>;
  readonly link: (project: ProjectRow, other: ProjectRow, job: JobShare) => Promise<Json>;
  /** The other goes on with its own database, which is as it was; this one keeps the records. */
  readonly part: (project: ProjectRow, other: ProjectRow) => Promise<Json>;
  readonly remove: (project: ProjectRow, store: 'kept' | 'dropped', job: JobShare) => Promise<Json>;
  readonly takeBack: (project: ProjectRow) => Promise<Json>;
  /** What came back into a project whose database was gone, when it was opened; undefined when it was there. */
  readonly recovered: (projectId: string) => Json | undefined;
}

export interface BackupFile {
  readonly path: string;
  readonly at: number;
  readonly reason: string;
  readonly bytes: number;
}

export interface SystemNeeds {
  readonly keeping: Keeping;
  readonly hooks: Hooks;
  readonly welcome: Welcome;
  readonly daemon: Daemon;
  readonly unlisted: UnlistedEvents;
  readonly config: ConfigView;
  readonly examine: Examine;
  readonly jobs: JobsView;
  readonly maintenance: Maintenance;
}
