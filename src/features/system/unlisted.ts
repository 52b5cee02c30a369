// Repositories that are no projects: what is done with events from them, and what was answered about them.
import { workTreeOf } from '../../platform/repository.ts';
import type { Read, Write } from '../../store/record-type.ts';
import type { Daemon, Welcome } from './needs.ts';
import { metaValue, setMeta } from './queries.ts';
import { projectNow } from './registry.ts';
import { identify, treeOf } from './which-project.ts';

export type Policy = 'listed' | 'ask' | 'all';

/** What becomes of an event: its repository is a project now, its person is to be asked, or nothing. */
export type Unlisted = { readonly ask: string } | 'entered' | 'dropped';

const askAgainMs = 7 * 86_400_000;
const answerKey = (root: string) => `unlisted:${root}`;
const droppedKey = 'unlisted-dropped';

/** Notes the answer of a person about a repository. */
export function declined(
  tx: Write,
  { root, answer }: { readonly root: string; readonly answer: 'now' | 'ever' },
): void {
  tx.run(setMeta, { key: answerKey(root), value: JSON.stringify({ answer, at: tx.now }) });
}

function isDeclined(read: Read, root: string, now: number): boolean {
  const noted = read.one(metaValue, { key: answerKey(root) })?.value;
  if (noted === undefined) return false;
  // written by `declined`
  const { answer, at } = JSON.parse(noted) as { answer: 'now' | 'ever'; at: number };
  return answer === 'ever' || now - at < askAgainMs;
}

/** How many events were dropped because their directory is nobody's. */
export function droppedEvents(read: Read): number {
  return Number(read.one(metaValue, { key: droppedKey })?.value ?? 0);
}

/** Counts an event that is dropped. */
export function countDropped(tx: Write): void {
  tx.run(setMeta, { key: droppedKey, value: String(droppedEvents(tx) + 1) });
}

export interface UnlistedParts {
  readonly policy: Policy;
  readonly read: Read;
  readonly now: number;
  readonly needs: { readonly daemon: Pick<Daemon, 'home' | 'newId'>; readonly enter: Welcome['enter'] };
  /** Makes what an uninvited project has in its repository: briefs that git does not see. */
  readonly hide: (root: string) => void;
}

/** Decides about an event from a directory that is no project. Directories outside git, home and `/` never become one. */
export async function decide(parts: UnlistedParts, directory: string): Promise<Unlisted> {
  const { policy, read, now, needs } = parts;
  const isNowhere = policy === 'listed' || !directory.startsWith('/') || workTreeOf(directory) === undefined;
  const tree = isNowhere ? undefined : treeOf(directory, needs.daemon.home);
  if (!tree || isDeclined(read, tree.mainTop, now)) return 'dropped';
  if (policy === 'ask') return { ask: tree.mainTop };
  const entering = await identify(needs, read, { directory, tree, name: undefined });
  if (projectNow(read, entering.project_id)?.state === 'removed') return 'dropped';
  parts.hide(entering.root);
  needs.enter(entering);
  return 'entered';
}
