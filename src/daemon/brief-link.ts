// The link from the memory to an agent: what is laid out for its start, and whether its conversations were shown it.
import { join } from 'node:path';
import { laidOut } from '../features/brief/laid-out.ts';
import type { BriefPlace, ChainNeeds } from '../features/capture/chain.ts';
import { lastShown, type Shown } from '../features/capture/chain-brief.ts';
import { type ChainLink, links } from '../features/capture/chain-link.ts';
import type { Paths } from '../platform/paths.ts';
import { workTreeLogs } from '../platform/reflog.ts';
import { exists, fileBytes } from '../platform/walk.ts';
import { validity } from './briefs.ts';
import type { Settings } from './settings.ts';
import { briefKeyOf } from './withdraw-briefs.ts';

export interface BriefLinkParts {
  readonly paths: Paths;
  readonly settings: Settings;
  readonly isDue: (projectId: string) => boolean;
}

const of = links('brief');
const again = 'prsist doctor --fix';

/** Looks at what is laid out in the main directory of a project, without opening any database of it. */
export function briefLinks({ paths, settings, isDue }: BriefLinkParts): ChainNeeds['brief'] {
  return ({ project, user }: BriefPlace, agent): ChainLink => {
    const { root } = project;
    if (root === undefined) return of('waiting', 'no directory to lay a brief out in');
    const { enabled, max_tokens: maxTokens } = settings.at(root).brief;
    if (!enabled) return of('proven', 'nothing is told here: brief.enabled is off');
    const key = briefKeyOf(paths);
    if (key === undefined) return of('broken', 'there is no key under which briefs are laid out', 'prsist init');
    const directory = join(root, '.prsist', 'brief', key);
    // taken away at every change and written back once everything is rendered; of a new project nothing is there before
    const isOld = exists(directory) ? !exists(join(directory, validity)) : isDue(project.id);
    if (isOld) return of('waiting', 'the brief is being renewed');
    const laid = laidOut(directory, agent, maxTokens);
    if (laid.fault !== undefined) return of('broken', laid.fault, again);
    if (laid.told === 'nothing') return of('waiting', 'nothing is there to be told yet');
    const isPrinted = (native: string) => isPlain(native) && fileBytes(join(paths.printed, `${agent}.${native}`)) > 0;
    const worktrees = worktreesOf(root);
    return shownLink(lastShown(user, { project_id: project.id, agent, worktrees, isPrinted }));
  };
}

function isPlain(native: string): boolean {
  return /^[A-Za-z0-9._-]+$/.test(native);
}

function worktreesOf(root: string): string[] {
  const named = workTreeLogs(root).map(({ worktree }) => worktree);
  return named.includes('main') ? named : ['main', ...named];
}

function shownLink({ of: all, shown }: Shown): ChainLink {
  if (all === 0) return of('waiting', 'laid out; no session has begun with it yet');
  const what = `shown in ${shown} of the last ${all} session${all === 1 ? '' : 's'}`;
  return of(shown > 0 ? 'proven' : 'waiting', shown > 0 ? what : `laid out, but ${what}`);
}
