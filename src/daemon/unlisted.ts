// Events from repositories that are no projects, by the policy of their person.
import { sha256Hex } from '../core/ids.ts';
import { limits } from '../core/limits.ts';
import type { CaptureParts } from '../features/capture/needs.ts';
import type { Daemon, UnlistedEvents, Welcome } from '../features/system/needs.ts';
import { countDropped, decide } from '../features/system/unlisted.ts';
import {
  askedRepositories,
  dropAsked,
  hasAsked,
  keepAsked,
  releaseAsked,
  sweepAsked,
} from '../platform/asked-events.ts';
import { hideBriefs } from '../platform/brief-files.ts';
import type { Paths } from '../platform/paths.ts';
import { isOwnPlace } from './own-place.ts';
import type { Projects } from './projects.ts';
import type { Settings } from './settings.ts';

export interface UnlistedParts {
  readonly projects: () => Projects;
  readonly settings: Settings;
  readonly daemon: Pick<Daemon, 'home' | 'newId'>;
  readonly enter: Welcome['enter'];
  readonly clock: () => number;
  readonly paths: Paths;
}

/** What ingest asks about a directory that is no project. One after the other: two events may be of the same repository. */
export function unlistedBy(parts: UnlistedParts): CaptureParts['unlisted'] {
  let before: Promise<unknown> = Promise.resolve();
  return (directory) => {
    const decided = before.then(() => decideOn(parts, directory));
    before = decided.catch(() => undefined); // told to whoever asked
    return decided;
  };
}

async function decideOn(parts: UnlistedParts, directory: string): ReturnType<CaptureParts['unlisted']> {
  const projects = parts.projects();
  // entered meanwhile, or our own doing, which is nobody's work
  if (projects.ofDirectory(directory) !== undefined) return 'entered';
  const { policy } = parts.settings.config.capture;
  const needs = { daemon: parts.daemon, enter: parts.enter };
  const { read } = projects.user;
  const decided = isOwnPlace(parts.paths, directory)
    ? 'dropped'
    : await decide({ policy, read, now: parts.clock(), needs, hide: hideBriefs }, directory);
  if (decided === 'dropped') await projects.user.write((tx) => countDropped(tx));
  return decided;
}

/** Puts an event aside until its person has answered. */
export function keepUntilAnswered(
  spool: string,
  event: { readonly name: string; readonly mtimeNs: bigint; readonly text: string },
  root: string,
): void {
  keepAsked(spool, event, { root, folder: folderOf(root) });
}

/** Throws away what nobody has answered for in a week. */
export function sweepUnanswered(spool: string, now: number): void {
  if (hasAsked(spool)) sweepAsked(spool, { now, olderThanMs: limits.askedDays * 86_400_000 });
}

/** Gives what waited for an answer to the project it is of now. */
export function releaseWaiting(spool: string, root: string): void {
  if (hasAsked(spool)) releaseAsked(spool, folderOf(root));
}

/** What the system feature sees of it. */
export function unlistedView(spool: string): UnlistedEvents {
  return { waiting: () => askedRepositories(spool), drop: (root) => dropAsked(spool, folderOf(root)) };
}

function folderOf(root: string): string {
  return sha256Hex(root).slice(0, 16);
}
