// `prsist hook` replaces what the shipped rules know. A person's and a project's own rules are the daemon's to apply, as with
// the sh hook, which replaces nothing: what comes of an event is looked at again before anything of it is kept.
import fs from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { everyFile, everyValue } from '../harness/every-byte.ts';
import { commandPath, createHome, execute, type Home } from '../harness/home.ts';
import { createRepository, type Repository } from '../harness/repository.ts';

let home: Home;
let shop: Repository;
beforeEach(async () => {
  home = createHome();
  shop = createRepository(home);
  await home.json(['init', '--no-import', '--no-git-hooks'], { cwd: shop.path });
  const rule = (id: string) => `[{id: ${id}, kind: own, pattern: "${id}-[0-9]{6}"}]`;
  await home.json(['config', 'set', 'privacy.rules', rule('badge')]);
  await home.json(['config', 'set', 'privacy.rules', rule('ticket'), '--here'], { cwd: shop.path });
});
afterEach(() => home.remove());

const secrets = ['badge-123456', 'ticket-654321'];
const text = `use ${secrets.join(' and ')} walnut`;

async function hook(event: string, body: Readonly<Record<string, unknown>>, cwd = shop.path): Promise<void> {
  const input = JSON.stringify({ session_id: 's1', cwd, ...body });
  const argv = [commandPath, 'hook', 'claude-code', event];
  const ran = await execute(process.execPath, argv, { cwd, env: { ...home.env }, input });
  expect(ran).toMatchObject({ exit: 0, stderr: '' });
}

/** Where one of the words stands; the spool is left out while events wait there for the daemon. */
function hits(words: readonly string[], seen: Iterable<{ readonly where: string; readonly bytes: Buffer }>): string[] {
  return [...seen].flatMap(({ where, bytes }) => words.filter((word) => bytes.includes(word)).map(() => where));
}

test('IN53: what only own rules find is in no place once the daemon has taken the event in', async () => {
  await home.prsist(['daemon', 'stop']);
  // no start among them: that would start a daemon, and nothing would wait
  await hook('UserPromptSubmit', { prompt: text });
  const tool = { tool_use_id: 't1', tool_name: 'Bash', tool_input: { command: text }, tool_response: { stdout: text } };
  await hook('PostToolUse', tool);
  await hook('Stop', { last_assistant_message: text });
  await hook('SessionEnd', { reason: text });
  fs.writeFileSync(join(home.paths.spool, 'bad.evt'), `prsist-event 1\nagent ${secrets[0]}`, { mode: 0o600 });
  // as the sh hook leaves it: in the person's own spool, for nobody else to read
  const waiting = fs.readdirSync(home.paths.spool).filter((name) => name.endsWith('.evt'));
  expect(waiting).toHaveLength(5);
  for (const name of waiting) expect(fs.statSync(join(home.paths.spool, name)).mode & 0o077).toBe(0);

  await home.json(['sessions'], { cwd: shop.path });
  await home.settled();
  const except = [join(shop.path, '.prsist/config.yaml'), join(home.paths.config, 'config.yaml')];
  const alive = hits(secrets, everyFile(home, except));
  await home.prsist(['daemon', 'stop']);
  expect([...alive, ...hits(secrets, everyFile(home, except)), ...hits(secrets, everyValue(home))]).toEqual([]);
  // it did come in
  expect(hits(['walnut'], everyValue(home)).length).toBeGreaterThan(0);
  expect(hits(['⟨secret:'], everyValue(home)).length).toBeGreaterThan(0);
});

test('IN53: nor in what waits for an answer about a repository that is no project', async () => {
  await home.json(['setup', '--policy', 'ask', '--agents', 'claude-code']);
  const other = createRepository(home, 'other');
  await hook('UserPromptSubmit', { prompt: text }, other.path);
  await home.json(['sessions'], { cwd: shop.path });
  await home.settled();
  const kept = [...everyFile(home, [shop.path, other.path, join(home.paths.config, 'config.yaml')])];
  expect(hits([secrets[0] ?? ''], kept)).toEqual([]);
  expect(hits(['walnut'], kept).length).toBeGreaterThan(0);
});
