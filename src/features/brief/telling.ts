import { basename } from 'node:path';
import type { GitState, Snapshot, SnapshotFile } from '../../core/snapshot.ts';
import type { BriefInput, BriefSession } from './brief-input.ts';

/** What a brief may tell of the place the work is done in. */
export interface Telling {
  /** Branch, commits and state of the work tree. */
  readonly git: boolean;
  readonly paths: 'whole' | 'names';
  /** Whether an entry that says nothing a better one does not say is left out. */
  readonly prunes?: boolean;
}

/** What is to be told, without what is not. */
export function restrained(input: BriefInput, telling: Telling): BriefInput {
  if (telling.git && telling.paths === 'whole') return input;
  const { anchor, handoff } = input;
  const place = <T extends Place>(of: T): T => restrainedPlace(of, telling);
  const session = (each: BriefSession): BriefSession => (telling.git ? each : { ...each, branch: null, commits: 0 });
  return {
    ...input,
    sessions: input.sessions.map(session),
    ...(anchor ? { anchor: place(anchor) } : {}),
    ...(handoff ? { handoff: place(handoff) } : {}),
  };
}

interface Place {
  readonly snapshot: Snapshot;
  readonly branch: string | null;
}

/** A session or a handoff without what is not to be told of the place the work is done in. */
export function restrainedPlace<T extends Place>(of: T, telling: Telling): T {
  return { ...of, branch: telling.git ? of.branch : null, snapshot: snapshotOf(of.snapshot, telling) };
}

/** The state of a work tree as far as it is to be told. */
export function restrainedGit(git: GitState | null, telling: Telling): GitState | null {
  if (git === null || !telling.git) return null;
  return telling.paths === 'whole' ? git : withNames(git);
}

function withNames(git: GitState): GitState {
  return { ...git, paths: git.paths.map((path) => basename(path)) };
}

function snapshotOf(snapshot: Snapshot, telling: Telling): Snapshot {
  const file = (each: SnapshotFile) => ({ ...each, path: basename(each.path) });
  const named =
    telling.paths === 'whole'
      ? snapshot
      : {
          ...snapshot,
          files_in_flight: snapshot.files_in_flight.map(file),
          git: snapshot.git && withNames(snapshot.git),
        };
  return telling.git ? named : { ...named, git: null, commits: [] };
}
