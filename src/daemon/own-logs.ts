import { dirname } from 'node:path';
import { ownDirectory } from '../platform/files.ts';
import { placeOf } from '../platform/own-place.ts';
import { logMarks } from '../platform/pack-files.ts';
import type { Paths } from '../platform/paths.ts';
import { bindLog } from '../store/binding.ts';
import type { Store } from '../store/store.ts';

/**
 * What looks at every database that is opened, before anything is written to it: one that was copied from elsewhere, or
 * came back older than it was, goes on in a new log, so that no log is ever written in two ways.
 */
export function logBinding(
  paths: Paths,
  tell: (event: string, details: Readonly<Record<string, unknown>>) => void,
): (store: Store) => void {
  return (store) => {
    const { file } = store.settings;
    ownDirectory(dirname(paths.logMarks));
    const { log } = store.log;
    // read each time: the marks are raised by whoever sends
    const bound = bindLog(store, placeOf(file, paths.instance), logMarks(paths.logMarks).get(log));
    if (bound === 'elsewhere' || bound === 'older') tell('log.renewed', { file, log, because: bound });
  };
}
