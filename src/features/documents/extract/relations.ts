import { posix } from 'node:path';
import { walkMarkup } from './markup.ts';
import { type Members, memberText } from './zip.ts';

export interface Relation {
  readonly id: string;
  /** Last part of its type: slide, notesSlide, worksheet. */
  readonly kind: string;
  /** Name of the member it leads to. */
  readonly target: string;
}

/** What a part of an office file refers to. Nothing outside the archive is ever followed. */
export async function relationsOf(members: Members, part: string): Promise<readonly Relation[]> {
  const folder = posix.dirname(part);
  const found: Relation[] = [];
  await walkMarkup(memberText(members, `${folder}/_rels/${posix.basename(part)}.rels`), 'xml', {
    open: (name, { Id = '', Type = '', Target = '', TargetMode }) => {
      if (name !== 'Relationship' || TargetMode === 'External') return;
      const target = Target.startsWith('/') ? Target.slice(1) : posix.join(folder, Target);
      found.push({ id: Id, kind: posix.basename(Type), target });
    },
  });
  return found;
}
