// Real places for the contract of remotes that rclone reaches: a directory of this disk, and WebDAV served by rclone itself.
import { spawn, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { openRemote } from '../../../src/features/sync/remotes/open.ts';
import { freePort } from '../../harness/free-port.ts';
import { ended, until } from '../../harness/home.ts';
import { type Root, root, strangers, writer } from './real-places.ts';
import type { Place } from './remote-contract.ts';

/** Whether the program is here; tests that need it are skipped with a message where it is not. */
export const hasRclone = spawnSync('rclone', ['version'], { stdio: 'ignore' }).status === 0;

/** settles: until what is changed past rclone is seen through it. */
function inDirectory(at: string, url: string, around: Root['around'], settles = async () => {}) {
  let isLaid = false;
  return {
    open: () => openRemote(url, around()),
    writer: (names: readonly string[]) => writer(url, around().desks, names),
    async empty() {
      fs.rmSync(join(at, 'prsist1'), { recursive: true, force: true });
      await settles();
    },
    async overwrite(name: string, bytes: Uint8Array) {
      fs.writeFileSync(join(at, name), bytes);
      await settles();
    },
    async foreign() {
      for (const name of strangers.map((stranger) => join(at, stranger))) {
        if (isLaid) fs.readFileSync(name);
        fs.mkdirSync(join(name, '..'), { recursive: true });
        fs.writeFileSync(name, 'not ours');
      }
      isLaid = true;
      await settles();
    },
  };
}

/** A directory of this disk, by rclone's own way to it. */
export async function rcloneFolderPlace(): Promise<Place> {
  const { at, around, remove } = root();
  fs.mkdirSync(at);
  return { ...inDirectory(at, `rclone::local:${at}`, around), remove };
}

/** A directory behind `rclone serve webdav` on loopback. */
export async function webdavPlace(): Promise<Place> {
  const { at, around, remove } = root();
  fs.mkdirSync(at);
  const port = await freePort();
  let served = await serveWebdav(at, port);
  const again = async (...more: readonly string[]) => {
    await served.stop();
    served = await serveWebdav(at, port, more);
  };
  return {
    ...inDirectory(at, `rclone::webdav,url='http://127.0.0.1:${port}':`, around, () => sleep(700)),
    many: 250, // rclone pauses 10 ms before each question to such a server, and asks several for each object
    async remove() {
      await served.stop();
      await remove();
    },
    async readOnly() {
      await again('--read-only');
      return again;
    },
    async away() {
      await served.stop();
      return again;
    },
  };
}

/** Starts `rclone serve webdav` for a directory and waits until it answers. It remembers directories for half a second. */
export async function serveWebdav(
  at: string,
  port: number,
  more: readonly string[] = [],
): Promise<{ readonly stop: () => Promise<void> }> {
  const args = ['serve', 'webdav', at, '--addr', `127.0.0.1:${port}`, '--dir-cache-time', '500ms', ...more];
  const child = spawn('rclone', args, { stdio: ['ignore', 'ignore', 'pipe'] });
  let said = '';
  child.stderr.on('data', (chunk: Buffer) => {
    said += chunk.toString();
  });
  await until('rclone serves', () => said.includes('Server started on') || undefined);
  return {
    async stop() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.kill('SIGKILL');
      await ended(child);
    },
  };
}
