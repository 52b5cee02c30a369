import type { FindableKind, Showing } from '../features/findable.ts';
import type { Read } from '../store/record-type.ts';

const kinds: Readonly<Record<string, FindableKind>> = { context: 'entry', document: 'document', task: 'task' };

/** What people call an entity: as search calls it; a session has no name of that kind. */
export function nameOf(showings: readonly Showing[]) {
  return (read: Read, { type, ent }: { readonly type: string; readonly ent: string }): string | undefined => {
    const heading = showings.find(({ kind }) => kind === kinds[type])?.heading(read, ent);
    return heading?.key ?? heading?.title ?? undefined;
  };
}
