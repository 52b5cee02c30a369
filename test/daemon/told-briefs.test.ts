// What a session was told at its start is what it is told when it asks again.
import fs from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { sha256Hex } from '../../src/core/ids.ts';
import { envelope, unwrapped } from '../../src/features/brief/envelope.ts';
import { ownDirectory } from '../../src/platform/files.ts';
import { projectId, wiredWorld } from './wired-world.ts';

const other = '019a3985-b900-7000-8000-0000000000bb';
const agent = 'claude-code';
const text = '<prsist-memory>\n- [2026-01-01 09:00] you: a: "b"\n</prsist-memory>\n';

async function world() {
  const made = wiredWorld();
  made.project();
  made.project(other, 'other');
  ownDirectory(made.paths.printed);
  const print = (name: string, body: string) => fs.writeFileSync(join(made.paths.printed, name), body);
  const ask = async (operation: string, body: object, more: object = {}) => {
    const caller = { user: 'ana', origin: 'human' };
    const asked = { operation, body, caller, project: projectId, idempotencyKey: undefined, ...more };
    return (await made.dispatch(asked as Parameters<typeof made.dispatch>[0])).reply;
  };
  const brief = (body: object, more: object = {}) => ask('brief.get', { agent, ...body }, more);
  await ask('session.start', { session_id: 's1', agent });
  await ask('context.store', { key: 'k', value: 'kept', priority: 'high' });
  print(`${agent}.s1`, envelope(agent, 'SessionStart', text));
  return { ...made, print, ask, brief };
}

test('BR60: a session that asks again for what it starts with gets the very bytes; others, and other briefs, are rendered', async () => {
  const { brief } = await world();
  const told = { brief: text, frozen: true, sha256: sha256Hex(text), tokens: Math.ceil(text.length / 4) };
  expect(await brief({ session_id: 's1', budget_tokens: 200 })).toMatchObject(told);
  const caller = { user: 'ana', origin: 'agent', agent, session: 's1' };
  expect(await brief({}, { caller })).toMatchObject({ ...told, items: [{ line: expect.stringContaining('you: a') }] });
  const rendered = { frozen: false, brief: expect.stringContaining('kept') };
  expect(await brief({})).toMatchObject(rendered);
  expect(await brief({ session_id: 's1', reason: 'resume' })).toMatchObject({ frozen: false });
  expect(await brief({ session_id: 's1', agent: 'codex' })).toMatchObject({ frozen: false });
});

test('BR61: nothing is told as frozen that was cut off, not printed, of another project or no plain name', async () => {
  const { brief, print, ask } = await world();
  const frozen = async (body: object, more: object = {}) => (await brief(body, more))['frozen'];
  expect(await frozen({ session_id: 's1' }, { project: other })).toBe(false);
  for (const body of ['', envelope(agent, 'SessionStart', text).slice(0, -3), '{"additionalContext":"x"}', 'plain']) {
    print(`${agent}.s1`, body);
    expect(await frozen({ session_id: 's1' })).toBe(false);
  }
  await ask('session.start', { session_id: '../x', agent });
  expect(await frozen({ session_id: '../x' })).toBe(false);
});

test('BR62: after an erase no brief that was told is kept; that it was told stays noted', async () => {
  const { brief, ask, paths } = await world();
  await ask('store.erase', { entry: 'k', reason: 'r', dry_run: false });
  expect(fs.readFileSync(join(paths.printed, `${agent}.s1`), 'utf8')).toBe('');
  expect(await brief({ session_id: 's1' })).toMatchObject({ frozen: false });
});

test.each(['claude-code', 'codex', 'gemini-cli', 'cursor', 'copilot-cli', 'opencode'])(
  'BR63: what %s was told is read back from its form, and from no other',
  (name) => {
    expect(unwrapped(name, envelope(name, 'SessionStart', text))).toBe(text);
    expect(unwrapped(name, '')).toBeUndefined();
    if (name !== 'opencode') expect(unwrapped(name, 'anything')).toBeUndefined();
  },
);
