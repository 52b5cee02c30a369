import { z } from 'zod';
import type { Redactor } from '../../core/redact.ts';
import type { Write } from '../../store/record-type.ts';
import { type Heartbeat, join } from './beat.ts';
import { heartbeat } from './contract.ts';

/** What a project wants of it. */
export interface Surroundings {
  /** Directory of the project; beats of files elsewhere are not its business. */
  readonly root: string | undefined;
  readonly ignores: ((path: string, cwd: string | undefined) => boolean) | undefined;
  readonly redactor: Redactor;
  /** True for a moment (ms) in a pause. */
  readonly isPaused: (at: number) => boolean;
  /** For beats that name no editor. */
  readonly source: string;
}

/** Takes beats in, oldest first. Returns how many counted: not those of other directories, ignored files and pauses. */
export function takeBeats(tx: Write, beats: readonly Heartbeat[], around: Surroundings): number {
  let taken = 0;
  for (const beat of [...beats].sort((a, b) => a.time - b.time)) {
    const entity = entityOf(beat, around);
    if (entity === undefined || around.isPaused(Math.round(beat.time * 1000))) continue;
    const clean = (text: string) => around.redactor.text(text.toWellFormed()).text;
    const { branch, language } = beat;
    const words = {
      category: clean(beat.category),
      ...(branch === undefined ? {} : { branch: clean(branch) }),
      ...(language === undefined ? {} : { language: clean(language) }),
    };
    join(tx, { ...beat, ...words }, { entity: clean(entity), source: clean(beat.source ?? around.source) });
    taken += 1;
  }
  return taken;
}

/** Its name below the project; undefined where it is none of the project's, or to be ignored. */
function entityOf({ entity, type }: Heartbeat, { root, ignores }: Surroundings): string | undefined {
  if (type !== 'file') return entity;
  if (root === undefined || !entity.startsWith(`${root}/`)) return undefined;
  return ignores?.(entity, root) ? undefined : entity.slice(root.length + 1);
}

/** Beats as an editor leaves them in the spool: one, a list, or `{items}`. What is no beat is left out. */
export function readBeats(payload: unknown): readonly Heartbeat[] {
  const list = Array.isArray(payload) ? payload : itemsOf(payload);
  return list.flatMap((each) => {
    const parsed = heartbeat.safeParse(each);
    return parsed.success ? [parsed.data] : [];
  });
}

function itemsOf(payload: unknown): readonly unknown[] {
  const { success, data } = z.object({ items: z.array(z.unknown()) }).safeParse(payload);
  return success ? data.items : [payload];
}
