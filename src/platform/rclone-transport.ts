// rclone as a carrier to other machines: the program that is installed here, with its own settings, one short process each time.
import fs from 'node:fs';
import { dirname, join } from 'node:path';
import { PrsistError } from '../core/errors.ts';
import { diskError, makeDesk } from './desks.ts';
import { environment } from './environment.ts';
import { errorCode } from './files.ts';
import { type GroupRan, type GroupRun, runGroup } from './run-group.ts';
import { makeDirectory, removeTree } from './temporary.ts';

export type RcloneCall = Pick<GroupRun, 'args' | 'timeoutMs' | 'outputBytes' | 'signal'>;

/** A directory of ours for one process: what it is to send, or what it has got, under the names of objects. */
export interface RcloneDesk {
  /** The directory that is copied from or to. */
  readonly stage: string;
  /** The file that holds the names it is told. */
  readonly list: string;
  /** Writes what is to be sent, or only the names, and the list of them. */
  lay(objects: readonly { readonly name: string; readonly bytes?: Uint8Array }[]): void;
  /** What was got under a name; 'large' when it is more than so many bytes, undefined when there is no such file. */
  got(name: string, most: number): Uint8Array | 'large' | undefined;
  run(call: RcloneCall): Promise<GroupRan>;
  /** Removes it. */
  clear(): void;
}

/** Every file of ours says the same: rclone takes one of another time for another one. */
const always = new Date('2000-01-01T00:00:00Z');

/** Makes a desk below a directory of ours. program: a name that is looked for on PATH, or a path. */
export function openRcloneDesk(directory: string, program: string): RcloneDesk {
  const path = makeDesk(directory, 'rclone', (made) => makeDirectory(join(made, 'stage')));
  const [stage, list] = [join(path, 'stage'), join(path, 'names')];
  return {
    ...{ stage, list },
    lay(objects) {
      try {
        for (const { name, bytes } of objects) if (bytes) layOne(join(stage, name), bytes);
        fs.writeFileSync(list, objects.map(({ name }) => `${name}\n`).join(''), { mode: 0o600 });
      } catch (cause) {
        throw diskError(directory, cause);
      }
    },
    got: (name, most) => read(join(stage, name), most),
    run: (call) => run(path, program, call),
    clear: () => removeTree(path),
  };
}

function layOne(file: string, bytes: Uint8Array): void {
  makeDirectory(dirname(file));
  fs.writeFileSync(file, bytes, { mode: 0o600 });
  fs.utimesSync(file, always, always);
}

function read(file: string, most: number): Uint8Array | 'large' | undefined {
  const info = fs.lstatSync(file, { throwIfNoEntry: false });
  if (!info?.isFile()) return undefined;
  return info.size > most ? 'large' : fs.readFileSync(file);
}

/** What to do where rclone is missing or older than what is asked of it. */
export const whatToInstall =
  'install rclone 1.60 or newer, or say where it is: prsist config set portable_sync.rclone_path <path>';

async function run(cwd: string, program: string, call: RcloneCall): Promise<GroupRan> {
  try {
    return await runGroup({ ...call, program, cwd, env: carrierEnvironment() });
  } catch (error) {
    const why = { ENOENT: 'is not installed here', EACCES: 'may not be run' }[errorCode(error)];
    if (why === undefined) throw error;
    const where = program === 'rclone' ? 'rclone' : `rclone (portable_sync.rclone_path: ${program})`;
    throw new PrsistError('remote/offline', `${where} ${why}: ${whatToInstall}`, { cause: error });
  }
}

/** What a person may have set for copies they make by hand; where their places are and how to get in stays. */
const ofOwnCopies =
  /^RCLONE_(?:DRY_RUN|INTERACTIVE|LOG_|SYSLOG|USE_JSON_LOG|VERBOSE|QUIET|STATS|PROGRESS|FILTER|INCLUDE|EXCLUDE|FILES_FROM|MIN_|MAX_|IGNORE_|IMMUTABLE|UPDATE|SUFFIX|BACKUP_DIR|COMPARE_DEST|COPY_DEST|SIZE_ONLY|CHECKSUM|NO_(?:TRAVERSE|CHECK_DEST|UPDATE)|RC(?:_|$)|ERROR_ON_NO_TRANSFER|DUMP)/;

/** Nobody sits before the daemon: whatever would ask fails instead. */
function carrierEnvironment(): Record<string, string | undefined> {
  const own = Object.entries(environment()).filter(([name]) => !ofOwnCopies.test(name));
  return { ...Object.fromEntries(own), RCLONE_ASK_PASSWORD: 'false', LC_ALL: 'C' };
}
