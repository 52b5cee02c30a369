// Tries a remote on a disk that only this process sees, and says what came of it: argv holds its address, what the disk is,
// and a directory on another one.
import { PrsistError } from '../../../src/core/errors.ts';
import type { ObjectResult } from '../../../src/features/sync/remote.ts';
import { openRemote } from '../../../src/features/sync/remotes/open.ts';

const [url = '', disk = '', desks = ''] = process.argv.slice(2);
// pauses of ours keep no process alive
const alive = setInterval(() => undefined, 60_000);
const never = new AbortController().signal;
const remote = openRemote(url, { home: desks, desks });
const object = (n: number, size: number) => ({ name: `prsist1/w/k/${n}.kr`, bytes: new Uint8Array(size) });

async function words(work: Promise<readonly ObjectResult[]>): Promise<unknown> {
  try {
    return (await work).map((result) => (result.is === 'failed' ? result.code : result.is));
  } catch (error) {
    return error instanceof PrsistError ? error.code : String(error);
  }
}

async function full() {
  const put = await words(remote.putIfAbsent([object(1, 1), object(2, 2 * 1024 * 1024), object(3, 1)], never));
  const listed: Record<string, number | null> = {};
  for await (const { name, sizeBytes } of remote.list('', never)) listed[name] = sizeBytes;
  return { put, listed };
}

async function readOnly() {
  const [{ code } = { code: '' }] = (await remote.probe(never)).steps;
  return {
    put: await words(remote.putIfAbsent([object(4, 1)], never)),
    deleted: await words(remote.delete([object(1, 1).name], never)),
    got: await words(remote.get([object(1, 1).name], () => undefined, never)),
    probe: code,
  };
}

process.stdout.write(`${JSON.stringify(disk === 'full' ? await full() : await readOnly())}\n`);
clearInterval(alive);
