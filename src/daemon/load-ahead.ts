// After what contexts are loaded ahead: a conversation begins or ends, a project is entered.
import type { ContextLoading } from '../features/cache/context/loading.ts';
import type { CaptureParts } from '../features/capture/needs.ts';
import type { Welcome } from '../features/system/needs.ts';
import { branchOf, headLine, workTreeOf } from '../platform/repository.ts';

type Told = CaptureParts['told'];
type Loading = () => Pick<ContextLoading, 'noticed'>;

const triggers = { began: 'entry', ended: 'end', compressed: undefined } as const;

/** The same, heard by the loading of context; who is told has no use for an end. */
export function heardAhead(told: Told, loading: Loading): Told {
  return (event) => {
    const trigger = triggers[event.what];
    if (trigger) loading().noticed(event.projectId, trigger, branchAt(event.cwd));
    return event.what === 'ended' ? Promise.resolve() : told(event);
  };
}

/** The same, with the context of the project loaded ahead. */
export function enterAhead(enter: Welcome['enter'], loading: Loading): Welcome['enter'] {
  return (entering) => {
    const project = enter(entering);
    loading().noticed(project.id, 'entry', branchAt(entering.root));
    return project;
  };
}

/** The branch a directory is on; '' outside a repository, or with a detached HEAD. */
function branchAt(directory: string | undefined): string {
  const tree = directory === undefined ? undefined : workTreeOf(directory);
  return (tree && branchOf(headLine(tree))) ?? '';
}
