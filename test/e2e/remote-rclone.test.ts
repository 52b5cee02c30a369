// The contract of remotes over the installed rclone: a directory of this disk, and WebDAV that rclone serves on loopback.
// And two machines that share one memory over it.
import fs from 'node:fs';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { hasRclone, rcloneFolderPlace, serveWebdav, webdavPlace } from '../features/sync/rclone-places.ts';
import { remoteContract } from '../features/sync/remote-contract.ts';
import { freePort } from '../harness/free-port.ts';
import { execute, type Home, until } from '../harness/home.ts';
import { standing } from '../harness/on-disk.ts';
import { exchange, letIn, machine } from '../harness/synced.ts';

const password = 'hunter2-of-the-nas';

/** What a person does with `rclone config`: a remote `nas`, with a password that rclone keeps. */
async function configured(home: Home, port: number, pass = password): Promise<void> {
  const values = [`url=http://127.0.0.1:${port}`, 'vendor=other', 'user=ana', `pass=${pass}`];
  await execute('rclone', ['config', 'create', 'nas', 'webdav', ...values, '--obscure'], { env: home.env });
}

async function values(home: Home): Promise<string[]> {
  const { items } = await home.json(['context', 'list', '--scope', 'user'], { cwd: home.home });
  return (items as { value: unknown }[]).map(({ value }) => String(value)).sort();
}

describe.runIf(hasRclone)('rclone', () => {
  remoteContract('rclone, a directory of this disk', rcloneFolderPlace);
  remoteContract('rclone, WebDAV', webdavPlace);

  test('RM98: two machines share a memory over rclone, through what goes wrong, and its password is told nowhere', async () => {
    const [laptop, desk] = [await machine(), await machine()];
    const at = join(laptop.root, 'nas');
    fs.mkdirSync(at);
    const port = await freePort();
    const access = ['--user', 'ana', '--pass', password];
    let served = await serveWebdav(at, port, access);
    onTestFinished(() => served.stop());
    for (const home of [laptop, desk]) await configured(home, port);
    const remember = (home: Home, text: string) => home.json(['remember', text, '--scope', 'user'], { cwd: home.home });

    const added = await laptop.prsist(['remote', 'add', 'nas', 'rclone:nas:memory']);
    expect(added).toMatchObject({ exit: 0, stdout: expect.stringMatching(/added {2}nas {2}rclone:nas:memory\n$/) });
    await remember(laptop, 'We deploy on Fridays');
    await letIn(laptop, desk);
    await remember(desk, 'The desk has the larger disk');
    await exchange(laptop, desk, laptop);
    const both = ['The desk has the larger disk', 'We deploy on Fridays'];
    expect([await values(laptop), await values(desk)]).toEqual([both, both]);

    await served.stop();
    await remember(laptop, 'Written on a train');
    expect(await laptop.prsist(['sync'])).toMatchObject({ exit: 75, stderr: expect.stringContaining('refused') });
    served = await serveWebdav(at, port, ['--user', 'ana', '--pass', 'another one']);
    const refused = await laptop.prsist(['sync']);
    expect(refused).toMatchObject({ exit: 77, stderr: expect.stringContaining('rclone config reconnect nas:') });
    await served.stop();
    served = await serveWebdav(at, port, access);

    await laptop.json(['config', 'set', 'portable_sync.rclone_path', join(laptop.root, 'rclone')]);
    const missing = await laptop.prsist(['sync']);
    expect(missing).toMatchObject({
      exit: 75,
      stderr: expect.stringMatching(/is not installed here: install rclone 1/),
    });
    const status = await laptop.prsist(['sync', 'status']);
    expect(status.stdout + status.stderr).toContain('install rclone');
    await laptop.json(['config', 'set', 'portable_sync.rclone_path', 'rclone']);
    await exchange(laptop, desk);
    expect(await values(desk)).toContain('Written on a train');

    const told = await laptop.prsist(['remote', 'list', '--json']);
    const doctor = await laptop.prsist(['doctor', '--json']);
    expect(told.stdout + doctor.stdout).not.toContain(password);
    for (const home of [laptop, desk]) {
      expect((await home.prsist(['daemon', 'stop'])).exit).toBe(0);
      await until('nothing runs any more', () => home.processes().length === 0);
      expect(fs.readdirSync(join(home.paths.data, 'remotes'))).toEqual([]);
      expect(standing(home, [password])).toEqual([]);
    }
  });
});

test.runIf(!hasRclone)('RM90: skipped, since rclone is not installed', (context) =>
  context.skip('rclone is not installed'),
);
