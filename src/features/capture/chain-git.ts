// From git to the memory. Hooks make things immediate, the log of HEAD is the truth: a commit is lost only where it shows
// in neither, and our lines may have been taken out, passed over or made useless by another directory of hooks.
import { dirname, join } from 'node:path';
import { readFound } from '../../platform/apply-edits.ts';
import { reflogStamp, workTreeLogs } from '../../platform/reflog.ts';
import { type WorkTree, workTreeOf } from '../../platform/repository.ts';
import type { Context } from '../feature.ts';
import type { ChainNeeds } from './chain.ts';
import { type ChainLink, links } from './chain-link.ts';
import { hasBlock, hookNames, isReached, usualHooks } from './install/git-hook.ts';
import { hasMarkedBlock } from './install/marked-block.ts';
import { type HooksPlace, hooksPlace } from './install/repository-hooks.ts';
import { unreadSince } from './reflog.ts';

type Needs = Pick<ChainNeeds, 'entered'>;

/** A move of HEAD that was not taken in after so long is not being taken in. */
const lateMs = 60_000;
const of = links('git');
const again = 'prsist doctor --fix';

/** The link from a project's repository; undefined outside of git and for a bare one, which has no commits of its own. */
export async function gitLink(
  needs: Needs,
  context: Pick<Context, 'project' | 'read' | 'now'>,
): Promise<ChainLink | undefined> {
  const { project, read, now } = context;
  const tree = project.root === undefined ? undefined : workTreeOf(project.root);
  if (!tree) return undefined;
  const logs = workTreeLogs(tree.top).filter(({ path }) => reflogStamp(path) !== undefined);
  const since = logs.flatMap((log) => unreadSince(read.project, log) ?? []).sort((a, b) => a - b)[0];
  if (since !== undefined && now - since > lateMs) {
    const what = `what git did since ${new Date(since).toISOString()} was not taken in`;
    return of('broken', what, 'prsist daemon logs');
  }
  const place = await hooksPlace(tree);
  const fault = hookFault(needs, tree, place);
  if (fault) return fault;
  return told(tree, place, logs.length > 0 ? 'log' : 'no log');
}

/** What stands in the way of hooks that were installed. */
function hookFault({ entered }: Needs, tree: WorkTree, place: HooksPlace): ChainLink | undefined {
  const own = join(tree.commonDir, 'hooks');
  const ours = [...entered().values()].filter(({ path }) => hooksOf(tree, place).includes(dirname(path)));
  for (const { path, subject } of ours.filter((entry) => entry.subject === 'git-hook')) {
    const file = readFound(path);
    if (!hasBlock(file)) return of('degraded', `our lines are gone from ${path}, commits are seen later`, again);
    if (place.directory !== own && dirname(path) === own) {
      const what = `core.hooksPath (${place.scope}) names ${place.directory}, so the ${subject} ${path} is not run`;
      return of('degraded', what, 'prsist init');
    }
    if (!isReached(file)) return of('degraded', `${path} ends above our lines`, again);
    // husky calls its own with sh
    if (place.keeper === 'git' && file.kind === 'text' && (file.mode & 0o100) === 0) {
      return of('degraded', `${path} is not executable, git passes it over`, `chmod +x '${path}'`);
    }
  }
  const local = join(tree.top, 'lefthook-local.yml');
  if (!entered().has(local) || isMarked(local)) return undefined;
  return of('degraded', `our lines are gone from ${local}, commits are seen later`, again);
}

function hooksOf(tree: WorkTree, { directory }: HooksPlace): string[] {
  return [directory, join(tree.commonDir, 'hooks'), join(tree.top, '.husky')];
}

function isMarked(path: string): boolean {
  const file = readFound(path);
  return file.kind === 'text' && hasMarkedBlock(file.text);
}

/** Nothing is in the way: by which of the two commits are seen. */
function told(tree: WorkTree, place: HooksPlace, log: 'log' | 'no log'): ChainLink {
  const directory = place.keeper === 'husky' ? join(tree.top, '.husky') : place.directory;
  const installed = hookNames.filter((name) => hasBlock(readFound(join(directory, name))));
  const isWhole =
    usualHooks.every((name) => installed.includes(name)) || isMarked(join(tree.top, 'lefthook-local.yml'));
  const keeper = { git: directory, husky: 'husky', lefthook: 'lefthook', somebody: `core.hooksPath (${place.scope})` }[
    place.keeper
  ];
  if (isWhole) return of('proven', `hooks in ${directory}${log === 'log' ? ', read to the last move' : ''}`);
  if (log === 'log') return of('proven', `no hooks of ours (${keeper}); read from the reflog to the last move`);
  const what =
    'there is neither a hook of ours nor a reflog: commits are seen when HEAD is looked at, rebases not at all';
  return of('degraded', what, 'git config core.logAllRefUpdates true');
}
