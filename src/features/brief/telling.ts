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
  const branch = (name: string | null) => (telling.git ? name : null);
  const place = <T extends { readonly snapshot: Snapshot; readonly branch: string | null }>(of: T): T => ({
    ...of,
    branch: branch(of.branch),
    snapshot: snapshotOf(of.snapshot, telling),
  });
  const session = (each: BriefSession): BriefSession => (telling.git ? each : { ...each, branch: null, commits: 0 });
  return {
    ...input,
    sessions: input.sessions.map(session),
    ...(anchor ? { anchor: place(anchor) } : {}),
    ...(handoff ? { handoff: place(handoff) } : {}),
  };
}

function snapshotOf(snapshot: Snapshot, telling: Telling): Snapshot {
  const file = (each: SnapshotFile) => ({ ...each, path: basename(each.path) });
  const git = (state: GitState) => ({ ...state, paths: state.paths.map((path) => basename(path)) });
  const named =
    telling.paths === 'whole'
      ? snapshot
      : {
          ...snapshot,
          files_in_flight: snapshot.files_in_flight.map(file),
          git: snapshot.git && git(snapshot.git),
        };
  return telling.git ? named : { ...named, git: null, commits: [] };
}
