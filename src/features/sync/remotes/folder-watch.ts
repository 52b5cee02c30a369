// Who watches a folder is told that a device may have announced something; what it is, is for a listing to say.
import { join } from 'node:path';
import { Hints } from '../../../platform/hints.ts';
import type { ObjectFiles } from '../../../platform/object-files.ts';
import { repeating } from '../../../platform/time.ts';

/** Several names come at once. */
const gatherMs = 200;
/** Network disks tell nobody of what others change, and a device that is new makes a directory where none was watched. */
const lookMs = 30_000;

/**
 * Watches the announcements of all workspaces in a folder, and looks at their names now and then where the system tells
 * nothing. Keeps no process alive. every: how a look is repeated. Returns what ends it.
 */
export function watchFolder(path: string, files: ObjectFiles, hint: () => void, every = repeating): () => void {
  let known: string | undefined;
  const hints = new Hints(gatherMs, hint);
  const look = async () => {
    const places = await announcements(path, files);
    hints.watch([...places.keys()]);
    const names = JSON.stringify([...places]);
    if (known !== undefined && names !== known) hint();
    known = names;
  };
  // a folder that is away just now is looked for again
  const looking = () => look().catch(() => undefined);
  const end = every(lookMs, looking);
  void looking();
  return () => {
    end();
    hints.stop();
  };
}

/** The directories in which devices announce themselves, each with its names. */
async function announcements(path: string, files: ObjectFiles): Promise<Map<string, readonly string[]>> {
  const top = join(path, 'prsist1');
  const places = new Map<string, readonly string[]>();
  if ((await files.kindOf(top)) !== 'directory') return places;
  for (const { name, kind } of await files.entriesOf(top)) {
    const place = join(top, name, 'h');
    if (kind !== 'directory' || (await files.kindOf(place)) !== 'directory') continue;
    places.set(
      place,
      (await files.entriesOf(place)).map((entry) => entry.name),
    );
  }
  return places;
}
