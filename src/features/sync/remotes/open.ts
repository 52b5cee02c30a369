// From what is written down of a remote to the remote itself.
import { openGitDesk } from '../../../platform/git-transport.ts';
import { objectFiles } from '../../../platform/object-files.ts';
import { randomHex } from '../../../platform/random.ts';
import { monotonic } from '../../../platform/time.ts';
import type { Remote } from '../remote.ts';
import { folderRemote } from './folder.ts';
import { watchFolder } from './folder-watch.ts';
import { gitRemote } from './git.ts';
import { isBySsh, parsePlace } from './remote-url.ts';

export interface Opening {
  readonly home: string;
  /** A directory of ours below which git remotes work for the moment; it may not be there yet. */
  readonly desks: string;
}

/** Opens a remote by its address as `remote add` has written it down. Throws input/invalid for any other. */
export function openRemote(url: string, { home, desks }: Opening): Remote {
  const place = parsePlace(url, { home, directory: home });
  const probe = { monotonic, randomHex };
  const ssh = isBySsh(place.at) ? 'yes' : 'no';
  if (place.kind === 'git') return gitRemote({ url: place.at, desk: () => openGitDesk(desks, { ssh }), probe });
  return folderRemote({ path: place.at, files: objectFiles(), probe, watch: watchFolder });
}
