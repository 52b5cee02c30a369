import fs from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { PrsistError } from '../../src/core/errors.ts';
import { Redactors } from '../../src/daemon/redactors.ts';
import { Settings } from '../../src/daemon/settings.ts';
import { temporaryDirectory } from '../store/temporary-store.ts';
import { packageRoot, wiredWorld } from './wired-world.ts';

function world(text = '') {
  const config = temporaryDirectory();
  const file = join(config, 'config.yaml');
  const write = (path: string, what: string) => fs.writeFileSync(path, what);
  if (text !== '') write(file, text);
  const settings = new Settings({
    ...{ paths: { config }, env: {} },
    accept: ({ user }) => {
      if (user.name === 'nobody') throw new PrsistError('config/invalid', 'not that name');
    },
  });
  const heard: string[] = [];
  settings.listen({
    onChange: ({ sessions }) => heard.push(`idle ${sessions.idle_minutes}`),
    onFault: (error) => heard.push(error instanceof Error ? error.message : String(error)),
  });
  return { file, write, settings, heard };
}

test('CF40: a file that changes is in force at the next look, once; one that is wrong changes nothing', () => {
  const { file, write, settings, heard } = world('sessions: {idle_minutes: 3}');
  settings.look();
  write(file, 'sessions: {idle_minutes: 44}');
  settings.look();
  settings.look();
  expect(settings.config.sessions.idle_minutes).toBe(44);
  write(file, 'sessions: {idle_minutes: 0, nothing: 1}');
  settings.look();
  settings.look();
  expect(settings.config.sessions.idle_minutes).toBe(44);
  expect(heard).toEqual(['idle 44', expect.stringContaining('sessions.idle_minutes: expected')]);
  fs.rmSync(file);
  settings.look();
  expect(heard.at(-1)).toBe('idle 30');
});

test('CF41: each project has its own; what is wrong in one leaves it with the settings it had', () => {
  const { write, settings, heard } = world('brief: {max_tokens: 300}');
  const [one, other] = [temporaryDirectory(), temporaryDirectory()];
  fs.mkdirSync(join(one, '.prsist'));
  const own = join(one, '.prsist/config.yaml');
  write(own, 'brief: {max_tokens: 500}');
  const tokens = (root: string | undefined) => settings.at(root).brief.max_tokens;
  expect([tokens(one), tokens(other), tokens(undefined)]).toEqual([500, 300, 300]);
  write(own, 'brief: {max_tokens: 600, enabled: perhaps}');
  expect([tokens(one), tokens(one)]).toEqual([500, 500]);
  expect(heard).toHaveLength(1);
});

test('CF42: what cannot be used is refused before it is written', () => {
  const { file, settings } = world();
  const view = settings.view(() => undefined);
  const set = (value: string) => view.set({ key: 'user.name', value, project: undefined, dry_run: false });
  expect(() => set('nobody')).toThrow('not that name');
  expect(fs.existsSync(file)).toBe(false);
  expect(set('Ada')).toMatchObject({ value: 'Ada', note: 'takes effect when the daemon starts' });
  expect(settings.config.user.name).toBe('Ada');
  expect(() => view.set({ key: 'brief.enabled', value: true, project: 'default', dry_run: false })).toThrow(
    expect.objectContaining({ code: 'project/required' }),
  );
});

test('CF43: other redaction rules are in force at once, where a project has more it is stricter', () => {
  const rule = (id: string) => ({
    ...{ id, kind: id, keywords: [`${id}-`], pattern: `${id}-[0-9]{6}`, group: 0, before: 0 },
    ...{ boundary: 'word', ignore_case: false, allow: [] },
  });
  const redactors = new Redactors(packageRoot, Buffer.alloc(32, 1), []);
  const text = 'badge-123456 ticket-123456';
  expect(redactors.current.text(text).text).toBe(text);
  redactors.use([rule('badge')] as never);
  expect(redactors.current.text(text).text).toMatch(/^⟨secret:badge#.{4}⟩ ticket-123456$/);
  expect(redactors.of([rule('badge')] as never)).toBe(redactors.current);
  expect(redactors.of([rule('badge'), rule('ticket')] as never).text(text).text).not.toContain('123456');
});

test("CF44: over the whole daemon: a project's file counts there, agents change nothing", async () => {
  const { project, dispatch } = wiredWorld();
  const root = project();
  const ask = async (operation: string, body: object, agent?: string) => {
    const caller = { user: 'ana', origin: agent ? 'agent' : 'human', ...(agent ? { agent } : {}) } as const;
    return (await dispatch({ operation, body, caller, project: undefined, idempotencyKey: undefined })).reply;
  };
  const key = 'sessions.idle_minutes';
  const changed = await ask('config.set', { key, value: '7', project: root });
  expect(changed).toMatchObject({ value: 7, path: join(root, '.prsist/config.yaml') });
  expect(await ask('config.get', { key, project: 'shop' })).toMatchObject({ value: 7 });
  expect(await ask('config.get', { key })).toMatchObject({ value: 30 });
  const refused = ask('config.set', { key, value: '8' }, 'codex');
  await expect(refused).rejects.toMatchObject({ code: 'auth/refused' });
  expect(await ask('config.set', { key, value: '8', dry_run: true }, 'codex')).toMatchObject({ value: 8 });
  await expect(ask('config.set', { key })).rejects.toMatchObject({ code: 'input/invalid', field: 'value' });
  await expect(ask('config.get', { key: 'sessions' })).rejects.toMatchObject({ code: 'input/invalid' });
});

test("CF7: a project's redaction rules hold for what is stored in it by requests, and nowhere else", async () => {
  const { project, dispatch } = wiredWorld();
  const root = project();
  const other = project('019a3985-b900-7000-8000-0000000000bb', 'other');
  fs.mkdirSync(join(root, '.prsist'), { recursive: true });
  const rule = '{id: ticket, kind: ticket, keywords: [ticket-], pattern: "ticket-[0-9]{6}"}';
  fs.writeFileSync(join(root, '.prsist/config.yaml'), `privacy: {rules: [${rule}]}`);
  const stored = async (directory: string) => {
    const asked = { caller: { user: 'ana', origin: 'human' }, project: directory, idempotencyKey: undefined } as const;
    await dispatch({ ...asked, operation: 'context.store', body: { key: 'a', value: 'see ticket-123456' } });
    const { reply } = await dispatch({ ...asked, operation: 'context.retrieve', body: { key: 'a' } });
    return reply.value;
  };
  expect(await stored(root)).toMatch(/^see ⟨secret:ticket#.{4}⟩$/);
  expect(await stored(other)).toBe('see ticket-123456');
});
