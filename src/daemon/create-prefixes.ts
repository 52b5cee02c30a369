import { breathe, monotonic, wallClock } from '../platform/time.ts';
import { PrefixRooms } from './prefix-room.ts';
import { hasEnded, sessionContext } from './prefix-sources.ts';
import { Prefixes, type PrefixesParts } from './prefixes.ts';
import type { Settings } from './settings.ts';
import { toldBriefs } from './told-briefs.ts';

type Given = Pick<PrefixesParts, 'projects' | 'briefFolders' | 'isBusy' | 'onFault'> & Partial<PrefixesParts>;

export interface CreatePrefixes extends Given {
  readonly settings: Settings;
  /** Where hooks keep what they printed. */
  readonly printed: string;
}

/** Puts the index of prefixes together. Clock and pace are those of the machine, where none are given. */
export function createPrefixes({ settings, printed, ...given }: CreatePrefixes): Prefixes {
  const time = { clock: wallClock, pace: { monotonic, breathe }, ...given };
  const rootOf = (projectId: string) => time.projects().resolve(projectId).root;
  const rooms = new PrefixRooms({
    ...{ ...time, config: () => settings.config },
    strategy: (projectId) => settings.at(rootOf(projectId)).optimization.kv_cache.cache_strategy,
    hasEnded: (projectId, read) => hasEnded(read, rootOf(projectId)),
  });
  return new Prefixes({
    ...{ rooms, ...time },
    setting: (root) => settings.at(root).optimization.kv_cache,
    session: sessionContext(toldBriefs(printed)),
  });
}
