// The header of a session, as all of its records together say it is, in whatever order they came.
import { canonical } from '../../core/canonical.ts';
import { trustOf } from '../../core/trust.ts';
import type { Entity, EntityRecord } from '../../store/record-type.ts';
import {
  type SessionEnd,
  type SessionRun,
  type SessionStart,
  sessionCompact,
  sessionEnd,
  sessionPut,
  sessionResume,
  sessionRun,
  sessionStart,
} from './records.ts';

type Text = string | null;

export type SettledSession = {
  readonly session_id: string;
  readonly ent: string;
  readonly tenant_id: Text;
  readonly user_id: string;
  readonly title: Text;
  readonly parent_session_id: Text;
  readonly fork_of: Text;
  readonly worktree: Text;
  readonly branch: Text;
  readonly head_start: Text;
  readonly head_end: Text;
  readonly metadata: string;
  readonly started_at: number;
  readonly last_activity: number;
  readonly ended_at: number | null;
  readonly end_reason: Text;
  readonly origin: string;
  readonly trust: number;
};

export type SettledRun = {
  readonly run_id: string;
  readonly session_id: string;
  readonly agent: string;
  readonly native_id: string;
  readonly dev: string;
  readonly model: Text;
  readonly branch: Text;
  readonly head: Text;
  readonly started_at: number;
};

/** The row of a session; undefined while its start is not here. Of several starts the earliest counts, then the others. */
export function settledSession(entity: Entity): SettledSession | undefined {
  const starts = fieldsOf<SessionStart>(entity, sessionStart.name).toSorted(
    (a, b) => a.fields.started_at - b.fields.started_at,
  );
  const [start] = starts;
  if (!start) return undefined;
  const first = (name: keyof SessionStart): Text => {
    const said = starts.map(({ fields }) => fields[name]).find((each) => each !== undefined && each !== null);
    return said === undefined ? null : String(said);
  };
  const title = entity.merged.fields['title']?.value;
  const { session_id, started_at, user_id } = start.fields;
  return {
    ...{ session_id, ent: entity.ent, started_at, tenant_id: first('tenant_id'), user_id: user_id ?? start.actor.user },
    ...{ title: typeof title === 'string' ? title : first('title'), parent_session_id: first('parent_session_id') },
    ...{ fork_of: first('fork_of') ?? laterFork(entity), worktree: first('worktree'), branch: first('branch') },
    ...{ head_start: first('head'), metadata: metadataOf(entity), ...endOf(entity) },
    ...{ last_activity: lastActivity(entity), origin: start.origin, trust: trustOf(start.origin) },
  };
}

/** The conversations of a session; of several records of one the first. */
export function settledRuns(entity: Entity): readonly SettledRun[] {
  const runs = Map.groupBy(fieldsOf<SessionRun>(entity, sessionRun.name), ({ fields }) => fields.run_id);
  return [...runs.values()].flatMap(([run]) => {
    if (!run) return [];
    const {
      run_id,
      session_id,
      agent,
      native_id,
      dev,
      model = null,
      branch = null,
      head = null,
      started_at,
    } = run.fields;
    return [{ run_id, session_id, agent, native_id, dev, model, branch, head, started_at }];
  });
}

interface Of<F> extends Omit<EntityRecord, 'fields'> {
  readonly fields: F;
}

/** Records of a name, by (hlc, dev): they say what the type of that name says. */
function fieldsOf<F>({ records }: Entity, name: string): readonly Of<F>[] {
  return records.filter((record) => record.name === name) as readonly EntityRecord[] as readonly Of<F>[];
}

function laterFork(entity: Entity): Text {
  const forks = fieldsOf<{ readonly fork_of?: string }>(entity, sessionPut.name).map(({ fields }) => fields.fork_of);
  return forks.find((each) => each !== undefined) ?? null;
}

type Timed = Of<{ readonly at: number }>;

/** An end counts unless the session went on at that time or later. */
function endOf(entity: Entity): Pick<SettledSession, 'ended_at' | 'end_reason' | 'head_end'> {
  const ends = fieldsOf<SessionEnd>(entity, sessionEnd.name).toSorted((a, b) => a.fields.ended_at - b.fields.ended_at);
  const resumes: readonly Timed[] = fieldsOf(entity, sessionResume.name);
  const last = ends.at(-1);
  const head_end = ends.findLast(({ fields }) => typeof fields.head === 'string')?.fields.head ?? null;
  const goesOn = ({ fields, hlc }: Timed, end: Of<SessionEnd>) =>
    fields.at > end.fields.ended_at || (fields.at === end.fields.ended_at && hlc > end.hlc);
  if (!last || resumes.some((resume) => goesOn(resume, last))) return { ended_at: null, end_reason: null, head_end };
  return { ended_at: last.fields.ended_at, end_reason: last.fields.reason, head_end };
}

function lastActivity(entity: Entity): number {
  const starts = fieldsOf<SessionStart>(entity, sessionStart.name).map(({ fields }) => fields.started_at);
  const others = [sessionResume.name, sessionCompact.name].flatMap((name): readonly Timed[] => fieldsOf(entity, name));
  return Math.max(...starts, ...others.map(({ fields }) => fields.at));
}

type Json = Readonly<Record<string, unknown>>;

/** What it started with, what was noted about it since, each in its turn, and what its end summed up. */
function metadataOf({ merged, records }: Entity): string {
  const all = merged.order.sequence.flatMap((place) => records[place] ?? []);
  const noted = all.reduce<Json>((before, { name, fields }) => patched(before, patchOf(name, fields)), {});
  const compactions = records.filter(({ name }) => name === sessionCompact.name).length;
  return canonical(compactions === 0 ? noted : { ...noted, compactions });
}

function patchOf(name: string, fields: Json): Json {
  const { initial_context, metadata, summary } = fields;
  if (name === sessionStart.name) return isJson(initial_context) ? { initial: initial_context } : {};
  if (name === sessionPut.name) return isJson(metadata) ? metadata : {};
  return name === sessionEnd.name && typeof summary === 'string' ? { summary } : {};
}

/** A merge patch (RFC 7386): null takes a member away. */
function patched(before: Json, patch: Json): Json {
  const members = new Map(Object.entries(before));
  for (const [name, value] of Object.entries(patch)) {
    const was = members.get(name);
    if (value === null) members.delete(name);
    else members.set(name, isJson(value) ? patched(isJson(was) ? was : {}, value) : value);
  }
  return Object.fromEntries(members);
}

function isJson(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
