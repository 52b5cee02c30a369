// How git gets in: with what the person has set up, and without ever asking for it.
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import http from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { openRemote } from '../../../src/features/sync/remotes/open.ts';
import { listed } from './remote-contract.ts';

const never = new AbortController().signal;
const one = { name: 'prsist1/w/h/a.1.00.hd', bytes: Buffer.from('one') };
let top: string;

beforeEach(() => {
  top = fs.mkdtempSync(join(fs.realpathSync(tmpdir()), 'prsist-access-'));
  vi.stubEnv('GIT_CONFIG_NOSYSTEM', '1');
  vi.stubEnv('GIT_CONFIG_GLOBAL', join(top, 'config'));
  for (const name of ['GIT_SSH', 'GIT_SSH_COMMAND']) vi.stubEnv(name, undefined);
});
afterEach(() => {
  vi.unstubAllEnvs();
  fs.rmSync(top, { recursive: true, force: true });
});

const open = (url: string) => openRemote(url, { home: top, desks: join(top, 'desks') });
const config = (text: string) => fs.writeFileSync(join(top, 'config'), text);

/** A program that notes how it was called, and then does what is said. */
function program(name: string, does: string): string {
  const path = join(top, name);
  fs.writeFileSync(path, `#!/bin/sh\nprintf '%s\\n' "$*" >> ${join(top, `${name}.calls`)}\n${does}\n`, { mode: 0o755 });
  return path;
}

function calls(name: string): string[] {
  const path = join(top, `${name}.calls`);
  return fs.existsSync(path) ? fs.readFileSync(path, 'utf8').trim().split('\n') : [];
}

/** Runs the last argument here, as a host would. */
const asHost = 'for last; do :; done; exec sh -c "$last"';

test('RM38: over ssh it is the ssh of the person, told not to ask', async () => {
  execFileSync('git', ['init', '-q', '--bare', join(top, 'there.git')]);
  program('ssh', asHost);
  vi.stubEnv('PATH', `${top}:${process.env.PATH}`);
  await open(`ssh://git@host${top}/there.git`).putIfAbsent([one], never);
  expect([...(await listed(open(`git@host:${top}/there.git`))).keys()]).toEqual([one.name]);
  expect(calls('ssh').length).toBeGreaterThan(1);
  expect(calls('ssh').filter((call) => !call.startsWith('-o BatchMode=yes -o ConnectTimeout=15 '))).toEqual([]);
});

test('RM38: what a person has set for ssh is kept; another program is called as it is', async () => {
  execFileSync('git', ['init', '-q', '--bare', join(top, 'there.git')]);
  program('ssh', asHost);
  config(`[core]\n\tsshCommand = ${join(top, 'ssh')} -i own-key\n`);
  await listed(open(`ssh://git@host${top}/there.git`));
  expect(calls('ssh')[0]).toMatch(/^-i own-key -o BatchMode=yes /);
  vi.stubEnv('GIT_SSH_COMMAND', program('tunnel', asHost));
  await listed(open(`ssh://git@host${top}/there.git`));
  expect(calls('tunnel')[0]).not.toContain('BatchMode');
});

/** A host that lets in who says so, and has nothing. */
async function host(): Promise<{ url: string; heard: string[]; [Symbol.asyncDispose](): Promise<void> }> {
  const heard: string[] = [];
  const server = http.createServer(({ headers }, response) => {
    const said = headers.authorization;
    if (said !== undefined) heard.push(Buffer.from(said.replace('Basic ', ''), 'base64').toString());
    response.writeHead(said === undefined ? 401 : 404, { 'www-authenticate': 'Basic realm="host"' }).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return {
    ...{ url: `http://127.0.0.1:${port}/me/memory.git`, heard },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

test('RM39: a host that wants a password gets none by asking: nobody is asked, and that is said', async () => {
  await using there = await host();
  const askpass = program('askpass', 'echo hunter2');
  config(`[core]\n\taskPass = ${askpass}\n`);
  for (const name of ['GIT_ASKPASS', 'SSH_ASKPASS']) vi.stubEnv(name, askpass);
  await expect(open(there.url).putIfAbsent([one], never)).rejects.toMatchObject({ code: 'remote/auth' });
  await expect(listed(open(there.url))).rejects.toMatchObject({ code: 'remote/auth' });
  expect([calls('askpass'), there.heard]).toEqual([[], []]);
});

test('RM39: it gets what the credential helper of the person gives, which is told nowhere', async () => {
  await using there = await host();
  config(
    `[credential]\n\thelper = ${program('helper', '[ "$1" = get ] && echo username=ana && echo password=hunter2')}\n`,
  );
  const refused = await listed(open(there.url)).catch((error: unknown) => error);
  expect(new Set(there.heard)).toEqual(new Set(['ana:hunter2']));
  expect(refused).toMatchObject({ code: 'remote/auth', message: expect.stringContaining('not found') });
  expect(String(refused)).not.toContain('hunter2');
  config(`[url "http://ana:hunter2@127.0.0.1"]\n\tinsteadOf = http://127.0.0.1\n`);
  const again = await listed(open(there.url)).catch((error: unknown) => error);
  expect(String(again)).not.toContain('hunter2');
});
