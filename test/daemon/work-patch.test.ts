// Changes of a real work tree that go along with a handoff, asked for as the daemon is asked.
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { limits } from '../../src/core/limits.ts';
import { temporaryRepository } from '../platform/temporary-repository.ts';
import { temporaryDirectory } from '../store/temporary-store.ts';
import { projectId, wiredWorld } from './wired-world.ts';

type Reply = Readonly<Record<string, never>>;

async function world() {
  const made = wiredWorld();
  const repository = temporaryRepository();
  made.project(projectId, 'shop', repository.top);
  repository.write('a.txt', 'one\n');
  repository.write('gone.txt', 'gone\n');
  repository.write('old.bin', Uint8Array.of(0, 1));
  const base = repository.commit('first');
  const caller = { user: 'ana', origin: 'human', directory: repository.top } as const;
  const ask = async (operation: string, body: unknown, more: object = {}) =>
    (
      await made.dispatch({
        ...{ operation, body, caller, project: repository.top, idempotencyKey: undefined, ...more },
      })
    ).reply as Reply;
  await ask('session.start', { session_id: 's', agent: 'codex' });
  const handOver = (more: object = {}) =>
    ask('session.handoff', { session_id: 's', to_agent: 'x', handoff_reason: 'r', with_patch: true, ...more });
  const accept = () => ask('session.accept', { session_id: 's', agent: 'x' });
  const handoffs = async () => (await ask('session.handoffs', {}))['items'];
  return { ...made, ...repository, base, ask, handOver, accept, handoffs };
}

/** Another machine's clone, after `git apply`. */
function applied(top: string, patch: string): string {
  const clone = join(temporaryDirectory(), 'clone');
  execFileSync('git', ['clone', '-q', top, clone], { stdio: 'pipe' });
  execFileSync('git', ['apply', '-'], { cwd: clone, input: patch, stdio: 'pipe' });
  return clone;
}

test('WP5: what is changed and new goes along, and comes out for git apply', async () => {
  const { write, top, base, handOver, accept, git } = await world();
  const texts = { 'a.txt': 'one\ntwo\r\nno end', 'new/ä b.txt': 'grün\n', empty: '', 'run.sh': '#!/bin/sh\n' };
  for (const [path, text] of Object.entries(texts)) write(path, text);
  fs.chmodSync(join(top, 'run.sh'), 0o755);
  fs.rmSync(join(top, 'gone.txt'));
  git('add', 'run.sh');
  write('.prsist/project.json', '{}');
  write('.gitignore', 'secret/\n');
  write('secret/x', 'x');
  const sent = await handOver();
  expect(sent['patch']).toEqual({ base, files: 6, bytes: expect.any(Number), left_out: [] });
  const { patch } = (await accept()) as unknown as { patch: { text: string; base: string } };
  expect(patch).toMatchObject(sent['patch'] ?? {});
  const clone = applied(top, patch.text);
  for (const [path, text] of Object.entries(texts)) expect(fs.readFileSync(join(clone, path), 'utf8')).toBe(text);
  expect(fs.statSync(join(clone, 'run.sh')).mode & 0o111).not.toBe(0);
  expect(['gone.txt', '.prsist', 'secret'].map((name) => fs.existsSync(join(clone, name)))).toEqual([
    false,
    false,
    false,
  ]);
});

test('WP6: secrets do not travel; what cannot be a patch is named with its reason', async () => {
  const { write, top, handOver, accept } = await world();
  const token = `ghp_${'a1B2c3D4e5'.repeat(4).slice(0, 36)}`;
  write('a.txt', `one\ntoken ${token}\n`);
  const key = ['RSA', 'PRIVATE', 'KEY'].join(' ');
  write('key.pem', `-----BEGIN ${key}-----\n${'MIIEowIBAAKCAQEA'.repeat(4)}\n-----END ${key}-----\n`);
  write('old.bin', Uint8Array.of(0, 2));
  write('new.bin', Uint8Array.of(0, 3));
  fs.symlinkSync('/etc/hostname', join(top, 'link'));
  await handOver();
  const reply = (await accept()) as unknown as { patch: { text: string; left_out: { path: string }[] } };
  expect(JSON.stringify(reply)).not.toMatch(/ghp_a1B2|MIIEowIB/);
  expect(reply.patch.left_out.map(({ path }) => path).sort()).toEqual(['key.pem', 'link', 'new.bin', 'old.bin']);
  expect(fs.readFileSync(join(applied(top, reply.patch.text), 'a.txt'), 'utf8')).toMatch(/^one\ntoken ⟨secret:/);
});

test('WP7: a patch too large, or where there can be none, is refused, and nothing is handed over', async () => {
  const { write, top, handOver, handoffs, ask, git } = await world();
  write('big.txt', 'x'.repeat(limits.patchBytes + 1));
  await expect(handOver()).rejects.toMatchObject({
    code: 'limit/too-large',
    message: expect.stringMatching(/\d{7} bytes/),
  });
  write('.prsist/config.yaml', 'capture:\n  ignore: [big.txt]\n');
  write('big.txt', 'x');
  git('checkout', '-q', '--orphan', 'other');
  git('update-ref', '-d', 'refs/heads/other');
  await expect(handOver()).rejects.toMatchObject({ code: 'input/invalid', hint: expect.stringContaining('commit') });
  fs.rmSync(join(top, '.git'), { recursive: true });
  await expect(handOver()).rejects.toMatchObject({ code: 'input/invalid' });
  const input = { session_id: 's', to_agent: 'x', handoff_reason: 'r', with_patch: true };
  await expect(ask('batch.run', { operations: [{ name: 'session.handoff', input }] })).rejects.toMatchObject({
    code: 'input/invalid',
  });
  expect(await handoffs()).toEqual([]);
  await handOver({ with_patch: false });
  expect(await handoffs()).toHaveLength(1);
});

test('WP8: files of this machine travel at the word of the person or of a token for everything only', async () => {
  const { ask, handoffs, top } = await world();
  const input = { session_id: 's', to_agent: 'x', handoff_reason: 'r', with_patch: true };
  const by = (rights: string) => ({ caller: { user: 'ana', origin: 'agent', directory: top, rights, bound: {} } });
  await expect(ask('session.handoff', input, by('write'))).rejects.toMatchObject({ code: 'auth/refused' });
  expect(await handoffs()).toEqual([]);
  await ask('session.handoff', input, by('admin'));
  expect(await handoffs()).toHaveLength(1);
});
