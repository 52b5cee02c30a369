// From what is written down of a remote to the remote itself.
import { openGitDesk } from '../../../platform/git-transport.ts';
import { objectFiles } from '../../../platform/object-files.ts';
import { randomHex } from '../../../platform/random.ts';
import { openRcloneDesk } from '../../../platform/rclone-transport.ts';
import { monotonic, pause } from '../../../platform/time.ts';
import type { Remote } from '../remote.ts';
import { folderRemote } from './folder.ts';
import { watchFolder } from './folder-watch.ts';
import { gitRemote } from './git.ts';
import { rcloneRemote } from './rclone.ts';
import { isBySsh, parsePlace } from './remote-url.ts';

export interface RcloneSettings {
  /** Where the program is; looked for on PATH when absent. */
  readonly rclone_path?: string | undefined;
  readonly max_kib_per_s: number;
}

export interface Opening {
  readonly home: string;
  /** A directory of ours below which programs of others work for the moment; it may not be there yet. */
  readonly desks: string;
  /** As they are now; those of somebody who has set nothing when absent. */
  readonly rclone?: () => RcloneSettings;
}

/** A place in a cloud takes its time: a directory is looked for, then made, before anything is put. */
const cloudStepMs = 10_000;

/** Opens a remote by its address as `remote add` has written it down. Throws input/invalid for any other. */
export function openRemote(url: string, { home, desks, rclone }: Opening): Remote {
  const place = parsePlace(url, { home, directory: home });
  const probe = { monotonic, randomHex };
  if (place.kind === 'rclone') {
    const { rclone_path = 'rclone', max_kib_per_s = 0 } = rclone?.() ?? {};
    const program = rclone_path.startsWith('~/') ? home + rclone_path.slice(1) : rclone_path;
    const desk = () => openRcloneDesk(desks, program);
    const patient = { ...probe, stepMs: cloudStepMs };
    return rcloneRemote({ at: place.at, desk, kibPerS: max_kib_per_s, pause, probe: patient });
  }
  const ssh = isBySsh(place.at) ? 'yes' : 'no';
  if (place.kind === 'git') return gitRemote({ url: place.at, desk: () => openGitDesk(desks, { ssh }), probe });
  return folderRemote({ path: place.at, files: objectFiles(), probe, watch: watchFolder });
}
