// The keyring of the system, through its own programs: no native code in this process, and nothing of it waits for them
// longer than some seconds. Secrets go in on standard input and come out on standard output, never as an argument.
import { PrsistError } from '../core/errors.ts';
import { errorCode } from './files.ts';
import { type Ran, runProgram } from './run.ts';

/** A keyring that can be read and written now, without asking anybody. */
export interface SystemKeyring {
  /** undefined when it holds nothing under the name. Throws key/missing when it is locked by now. */
  readonly get: (name: string) => Promise<string | undefined>;
  readonly put: (name: string, secret: string) => Promise<void>;
}

export interface Surroundings {
  readonly platform: string;
  readonly env: Readonly<Record<string, string | undefined>>;
}

const service = 'prsist';
/** A program that would ask somebody is ended instead. */
const limitMs = 5_000;

/** Looks for a keyring by reading from it. The text says why there is none. */
export async function findKeyring(around: Surroundings): Promise<SystemKeyring | string> {
  try {
    if (around.platform === 'linux') return await secretService(around);
    if (around.platform === 'darwin') return await keychain(around);
    return `prsist knows no keyring of ${around.platform}`;
  } catch (error) {
    if (error instanceof Unusable) return error.message;
    throw error;
  }
}

/** Why a keyring cannot be used; its message is shown. */
class Unusable extends Error {}

/** The Secret Service of a Linux desktop: GNOME Keyring, KWallet, KeePassXC. */
async function secretService({ env }: Surroundings): Promise<SystemKeyring> {
  if (!env.DBUS_SESSION_BUS_ADDRESS && !env.XDG_RUNTIME_DIR) throw new Unusable('there is no desktop session here');
  const tool = (args: readonly string[], input?: string) => run(env, 'secret-tool', args, input);
  // looking up would ask for the password of a locked collection, so that is looked at first
  const requireOpen = async () => {
    const place = ['org.freedesktop.secrets', '/org/freedesktop/secrets/aliases/default'];
    const args = ['--user', '--auto-start=no', 'get-property', ...place, 'org.freedesktop.Secret.Collection', 'Locked'];
    const said = (await run(env, 'busctl', args)).stdout.trim();
    if (said !== 'b false') throw new Unusable(said === 'b true' ? 'the keyring is locked' : 'no keyring runs here');
  };
  const attributes = (name: string) => ['service', service, 'account', name];
  const get = async (name: string) => {
    const { status, stdout } = await tool(['lookup', ...attributes(name)]);
    return status === 0 && stdout !== '' ? stdout : undefined;
  };
  await requireOpen();
  await get('probe');
  return {
    get: (name) => whileOpen(requireOpen, () => get(name)),
    put: (name, secret) =>
      whileOpen(requireOpen, async () => {
        const args = ['store', '--label', `prsist ${name}`, ...attributes(name)];
        requireDone(await tool(args, secret));
      }),
  };
}

/** The login keychain of macOS. Items that `security` made it may read again without asking. */
async function keychain({ env }: Surroundings): Promise<SystemKeyring> {
  const tool = (args: readonly string[], input?: string) => run(env, 'security', args, input);
  const notFound = 44;
  const get = async (name: string) => {
    const { status, stdout, stderr } = await tool(['find-generic-password', '-s', service, '-a', name, '-w']);
    if (status === notFound) return undefined;
    if (status !== 0) throw new Unusable(`the keychain does not answer (${stderr.trim().slice(0, 200)})`);
    return Buffer.from(stdout.trim(), 'hex').toString('utf8');
  };
  await get('probe');
  const open = () => Promise.resolve();
  return {
    get: (name) => whileOpen(open, () => get(name)),
    put: (name, secret) =>
      whileOpen(open, async () => {
        const hex = Buffer.from(secret, 'utf8').toString('hex');
        // its commands on standard input: as an argument everybody on the machine could read the secret
        const line = `add-generic-password -U -s ${service} -a ${name} -l "prsist ${name}" -w ${hex}\n`;
        requireDone(await tool(['-i'], line));
      }),
  };
}

async function run(env: Surroundings['env'], program: string, args: readonly string[], input?: string): Promise<Ran> {
  try {
    const ran = await runProgram({
      ...{ program, args, env, cwd: '/', timeoutMs: limitMs },
      ...(input === undefined ? {} : { input }),
    });
    if (ran.status === undefined) throw new Unusable(`${program} does not answer`);
    return ran;
  } catch (error) {
    if (errorCode(error) === 'ENOENT') throw new Unusable(`${program} is not installed`);
    throw error;
  }
}

function requireDone({ status, stderr }: Ran): void {
  if (status !== 0) throw new Unusable(`the keyring took nothing (${stderr.trim().slice(0, 200)})`);
}

async function whileOpen<T>(requireOpen: () => Promise<void>, work: () => Promise<T>): Promise<T> {
  try {
    await requireOpen();
    return await work();
  } catch (error) {
    if (!(error instanceof Unusable)) throw error;
    throw new PrsistError('key/missing', `the keys of this device are in the keyring of the system: ${error.message}`, {
      hint: 'log in to the desktop, which unlocks its keyring, and try again',
      cause: error,
    });
  }
}
