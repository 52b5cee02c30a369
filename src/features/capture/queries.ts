// Kept transcript lines and how far each transcript file has been read.
import { sha256Hex } from '../../core/ids.ts';
import { type Params, query, type Read, type Write } from '../../store/record-type.ts';

export type Trusted = 'own' | 'foreign';

/** A file as it was when it was read: others now mean that there is something to read. */
export interface SourceMark {
  readonly path: string;
  /** '' when it is nobody's. */
  readonly project_id: string;
  readonly size: number;
  readonly mtime: number;
}

export interface SourceRow extends SourceMark {
  readonly trusted: Trusted;
  readonly agent: string;
  readonly native_id: string | null;
  readonly inode: number;
  readonly offset: number;
  readonly line: number;
  readonly parser: string;
  readonly unknown_lines: number;
  readonly error: string | null;
  readonly read_at: number;
  readonly state: string;
}

const sourceColumns = `path, project_id, trusted, agent, native_id, inode, size, mtime, offset, line, parser,
  unknown_lines, error, read_at, state`;

/** A file as one project reads it. */
export const sourceIn = query<{ path: string; project_id: string }, SourceRow>(
  `select ${sourceColumns} from ingest_sources where path = :path and project_id = :project_id`,
);
/** A file as the project reads it whose own conversation it is; at most one does. */
export const ownSource = query<{ path: string }, SourceRow>(
  `select ${sourceColumns} from ingest_sources where path = :path and trusted = 'own' order by project_id desc limit 1`,
);
export const ownMark = query<{ path: string }, SourceMark>(
  `select path, project_id, size, mtime from ingest_sources where path = :path and trusted = 'own'
   order by project_id desc limit 1`,
);
/** The file that holds a conversation. */
export const sourceOfConversation = query<{ agent: string; native_id: string }, { path: string }>(
  `select path from ingest_sources where agent = :agent and native_id = :native_id and trusted = 'own'
   order by read_at desc limit 1`,
);
export const markIn = query<{ path: string; project_id: string }, SourceMark>(
  'select path, project_id, size, mtime from ingest_sources where path = :path and project_id = :project_id',
);
/** What is followed: files of a project's own that were read lately. */
export const followedMarks = query<{ project_id: string; since: number }, SourceMark>(
  `select path, project_id, size, mtime from ingest_sources
   where project_id = :project_id and read_at >= :since and trusted = 'own' order by path`,
);
export const saveSource = query<Params, unknown>(
  `insert into ingest_sources (path, project_id, trusted, agent, native_id, inode, size, mtime, offset, line, parser,
     unknown_lines, error, read_at, state)
   values (:path, :project_id, :trusted, :agent, :native_id, :inode, :size, :mtime, :offset, :line, :parser,
     :unknown_lines, :error, :read_at, :state)
   on conflict (path, project_id) do update set trusted = excluded.trusted, agent = excluded.agent,
     native_id = excluded.native_id, inode = excluded.inode, size = excluded.size, mtime = excluded.mtime,
     offset = excluded.offset, line = excluded.line, parser = excluded.parser, unknown_lines = excluded.unknown_lines,
     error = excluded.error, read_at = excluded.read_at, state = excluded.state`,
);
/** What is wrong with a known file, until it is read again. */
export const noteFault = query<{ path: string; error: string }, unknown>(
  'update ingest_sources set error = :error where path = :path',
);
/** Files that belonged to no project when they were looked at: a new project may be theirs. */
export const forgetHomeless = query<Params, unknown>(`delete from ingest_sources where project_id = ''`);
export const sourceTotals = query<Params, { files: number; unknown_lines: number; errors: number }>(
  `select count(*) as files, ifnull(sum(unknown_lines), 0) as unknown_lines, count(error) as errors
   from ingest_sources where project_id = :project_id`,
);
/** Of what an agent itself left here. */
export const agentTotals = query<
  { project_id: string; agent: string },
  { files: number; lines: number; unknown_lines: number; errors: number }
>(
  `select count(*) as files, ifnull(sum(line), 0) as lines, ifnull(sum(unknown_lines), 0) as unknown_lines,
    count(error) as errors
   from ingest_sources where project_id = :project_id and agent = :agent and trusted = 'own'`,
);
export const transcriptsByAgent = query<{ project_id: string }, { agent: string; files: number; at: number | null }>(
  `select agent, count(*) as files, max(mtime) as at from ingest_sources
   where project_id = :project_id and native_id is not null group by agent order by agent`,
);
/** Of its own transcripts: no hook fires for those of others. */
export const lastRead = query<{ project_id: string; agent: string }, { at: number | null }>(
  `select max(mtime) as at from ingest_sources
   where project_id = :project_id and agent = :agent and trusted = 'own'`,
);

/** Those of some conversations in whose transcripts a block of ours stands. natives: a list as JSON. */
export const shownIn = query<{ project_id: string; agent: string; natives: string }, { native_id: string }>(
  `select distinct native_id from ingest_sources where project_id = :project_id and agent = :agent and trusted = 'own'
     and native_id in (select value from json_each(:natives)) and json_extract(state, '$.shown') is not null`,
);

export interface SegmentRow {
  readonly part: number;
  readonly first_line: number;
  readonly lines: number;
  readonly codec: number;
  readonly bytes: number;
  readonly data: Uint8Array;
}
export const lastSegment = query<Params, SegmentRow>(
  `select part, first_line, lines, codec, bytes, data from transcript_segments
   where agent = :agent and native_id = :native_id and source = :source order by part desc limit 1`,
);
export const saveSegment = query<Params, unknown>(
  `insert into transcript_segments (agent, native_id, source, part, first_line, lines, codec, bytes, data, at)
   values (:agent, :native_id, :source, :part, :first_line, :lines, :codec, :bytes, :data, :at)
   on conflict (agent, native_id, source, part) do update set lines = excluded.lines, codec = excluded.codec,
     bytes = excluded.bytes, data = excluded.data, at = excluded.at`,
);
export const sourcesOfRun = query<{ agent: string; native_id: string }, { source: string }>(
  `select distinct source from transcript_segments where agent = :agent and native_id = :native_id order by source`,
);
export const allSegments = query<Params, SegmentRow>(
  `select part, first_line, lines, codec, bytes, data from transcript_segments
   where agent = :agent and native_id = :native_id and source = :source order by part`,
);

/** What all kept lines take, packed. */
export const segmentBytes = query<Params, { bytes: number }>(
  'select ifnull(sum(length(data)), 0) as bytes from transcript_segments',
);
export const countSegments = query<Params, { count: number }>(
  'select count(*) as count from transcript_segments where agent = :agent and native_id = :native_id',
);
export const conversationsKept = query<Params, { agent: string; native_id: string }>(
  'select distinct agent, native_id from transcript_segments',
);
export const dropSegments = query<Params, unknown>(
  'delete from transcript_segments where agent = :agent and native_id = :native_id',
);
export const sourcesOf = query<{ project_id: string }, { path: string; agent: string; native_id: string }>(
  'select path, agent, native_id from ingest_sources where project_id = :project_id and native_id is not null',
);
/** A file whose reading state is gone is never taken for one that was read: what it is now is looked at first. */
export const dropState = query<{ path: string; project_id: string }, unknown>(
  `update ingest_sources set state = '{}', offset = 0, line = 0 where path = :path and project_id = :project_id`,
);

/** What the hooks of an agent did last, as JSON under `seen:<agent>` of the user database. Local bookkeeping. */
export const seen = query<{ key: string }, { value: string }>('select value from meta where key = :key');
/** What is noted under keys of one beginning: those from one on, before another. */
export const noted = query<{ from: string; before: string }, { value: string }>(
  'select value from meta where key >= :from and key < :before',
);
export const see = query<{ key: string; value: string }, unknown>(
  'insert into meta (key, value) values (:key, :value) on conflict (key) do update set value = excluded.value',
);

/** Kept of events by name; an agent that sends ever new ones fills no more. */
const mostUnknown = 50;
const unknownKey = 'unknown-events';

/** Events that nobody here understands, by agent and name. */
export function unknownEvents(
  read: Read,
): readonly { readonly agent: string; readonly event: string; readonly count: number }[] {
  const row = read.one(seen, { key: unknownKey });
  return row ? (JSON.parse(row.value) as ReturnType<typeof unknownEvents>) : []; // written below
}

/** Counts an event that is not known. */
export function countUnknown(tx: Write, agent: string, event: string): void {
  const all = unknownEvents(tx);
  const count = (all.find((each) => each.agent === agent && each.event === event)?.count ?? 0) + 1;
  const others = all.filter((each) => each.agent !== agent || each.event !== event);
  if (count === 1 && others.length >= mostUnknown) return;
  tx.run(see, { key: unknownKey, value: JSON.stringify([...others, { agent, event, count }]) });
}

export interface Start {
  readonly native: string;
  /** When its hook ran, in milliseconds. */
  readonly at: number;
  /** Process number of that hook; absent when an older one ran. */
  readonly pid?: number;
}

/** Key under which the last starts of an agent in a work tree stand: a name that git gave may hold anything. */
function startKey({ projectId, agent, worktree }: StartPlace): string {
  return `start:${projectId}:${agent}:${sha256Hex(worktree).slice(0, 16)}`;
}

/** Where starts are noted: one agent in one work tree of one project. */
export interface StartPlace {
  readonly projectId: string;
  readonly agent: string;
  /** `main`, or git's name of it. */
  readonly worktree: string;
}

const keptStarts = 16;

/** The last conversations of an agent that started in a work tree, oldest first. */
export function lastStarts(read: Read, place: StartPlace): readonly Start[] {
  const row = read.one(seen, { key: startKey(place) });
  // written below
  return row ? (JSON.parse(row.value) as Start[]) : [];
}

/** Notes that a conversation started. */
export function noteStart(tx: Write, place: StartPlace, start: Start): void {
  const others = lastStarts(tx, place).filter((each) => each.native !== start.native || each.at !== start.at);
  const starts = [...others, start].sort((a, b) => a.at - b.at).slice(-keptStarts);
  tx.run(see, { key: startKey(place), value: JSON.stringify(starts) });
}

/** Kept lines that have had their time. */
export const dropSegmentsBefore = query<{ before: number }, unknown>(
  'delete from transcript_segments where at < :before',
);

/** What doctor left through an agent's hook last. */
export function lastProbe(read: Read, agent: string): { readonly id: string; readonly at: string } | undefined {
  const row = read.one(seen, { key: `probe:${agent}` });
  return row && (JSON.parse(row.value) as { id: string; at: string }); // written by noteProbe
}

export function noteProbe(tx: Write, agent: string, probe: { readonly id: string; readonly at: string }): void {
  tx.run(see, { key: `probe:${agent}`, value: JSON.stringify(probe) });
}
