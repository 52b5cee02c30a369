// The plug-in of opencode, loaded as a module and called as opencode calls it: with a directory, then by its callbacks.
import fs from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createWorld, type World } from './hook-world.ts';

const source = join(import.meta.dirname, '../../hooks/opencode.js');
const variables = ['HOME', 'PRSIST_HOME', 'PRSIST_SKIP_HOOKS', 'XDG_STATE_HOME'];

type Callbacks = Readonly<Record<string, (input: unknown, output: unknown) => Promise<void>>>;

let world: World;
let before: Record<string, string | undefined>;
beforeEach(() => {
  world = createWorld();
  world.write(join(world.brief, 'opencode.start'), 'start\n');
  before = Object.fromEntries(variables.map((name) => [name, process.env[name]]));
});
afterEach(() => {
  setVariables(before);
  world.remove();
});

function setVariables(values: Readonly<Record<string, string | undefined>>): void {
  for (const name of variables) {
    if (values[name] === undefined) delete process.env[name];
    else process.env[name] = values[name];
  }
}

let copies = 0;
/** Loads a copy of its own: the plug-in reads its environment when it is loaded, as opencode does once. */
async function load(directory = world.repository, env: Record<string, string> = {}): Promise<Callbacks> {
  setVariables({ HOME: world.home, ...env });
  copies += 1;
  const file = join(world.root, `prsist-${copies}.mjs`);
  fs.copyFileSync(source, file);
  const module = await import(/* @vite-ignore */ pathToFileURL(file).href);
  expect(Object.keys(module)).toEqual(['PrsistPlugin']); // everything exported is a plug-in
  return module.PrsistPlugin({ directory, client: {}, $: () => undefined });
}

async function transformed(plugin: Callbacks, sessionID = 'ses_1'): Promise<string[]> {
  const output = { system: ['theirs'] };
  await plugin['experimental.chat.system.transform']?.({ sessionID, model: {} }, output);
  return output.system.slice(1);
}

const names = () =>
  world
    .events()
    .map(({ event }) => event)
    .sort();

test('IN45: what happens is left in the spool, private, with the directory; what comes per token is not', async () => {
  const plugin = await load();
  for (const type of ['session.created', 'session.idle', 'message.part.updated', 'lsp.updated']) {
    await plugin.event?.({ event: { type, properties: { sessionID: 'ses_1' } } }, undefined);
  }
  await plugin['chat.message']?.({ sessionID: 'ses_1' }, { message: {}, parts: [{ type: 'text', text: 'hi' }] });
  await plugin['tool.execute.after']?.(
    { tool: 'bash', sessionID: 'ses_1', callID: 'c' },
    { title: 't', metadata: { exit: 1 }, output: 'o' },
  );
  expect(names()).toEqual(['chat.message', 'session.created', 'session.idle', 'tool.execute.after']);
  const chat = world.events().find(({ event }) => event === 'chat.message');
  expect(chat).toMatchObject({
    ...{ agent: 'opencode', pwd: world.repository, pid: process.pid, truncated: false },
    body: { kind: 'json', value: { sessionID: 'ses_1', parts: [{ type: 'text', text: 'hi' }] } },
  });
  const spool = join(world.state, 'spool');
  expect(fs.statSync(spool).mode & 0o777).toBe(0o700);
  for (const name of fs.readdirSync(spool))
    expect([name, fs.statSync(join(spool, name)).mode & 0o777]).toEqual([name, 0o600]);
});

test('IN46: the brief is the same bytes at every call of the model, also after a restart and when it was rendered anew', async () => {
  const plugin = await load();
  expect(await transformed(plugin)).toEqual(['start\n']);
  world.write(join(world.brief, 'opencode.start'), 'newer\n');
  expect(await transformed(plugin)).toEqual(['start\n']);
  expect(await transformed(await load())).toEqual(['start\n']);
  expect(await transformed(plugin, 'ses_2')).toEqual(['newer\n']);
  // a session that began without one stays without
  fs.rmSync(join(world.brief, 'opencode.start'));
  expect(await transformed(plugin, 'ses_3')).toEqual([]);
  world.write(join(world.brief, 'opencode.start'), 'late\n');
  expect(await transformed(plugin, 'ses_3')).toEqual([]);
});

describe('as the sh hook', () => {
  test('IN47: a handoff once; on another branch the plain one; a linked work tree its own', async () => {
    world.write(join(world.brief, 'opencode.handoff'), 'handoff\n');
    const plugin = await load(join(world.repository, 'src/deep'));
    expect([await transformed(plugin, 'a'), await transformed(plugin, 'b')]).toEqual([['handoff\n'], ['start\n']]);
    world.write(join(world.brief, 'opencode.plain'), 'plain\n');
    world.write(join(world.repository, '.git/HEAD'), 'ref: refs/heads/other\n');
    expect(await transformed(plugin, 'c')).toEqual(['plain\n']);
    const tree = join(world.repository, '.git/worktrees/tree');
    world.write(join(tree, 'HEAD'), 'ref: refs/heads/topic\n');
    world.write(join(world.home, 'linked/.git'), `gitdir: ${tree}\n`);
    world.write(join(world.brief, 'wt/tree/HEAD'), 'ref: refs/heads/topic\n');
    world.write(join(world.brief, 'wt/tree/opencode.start'), 'own\n');
    expect(await transformed(await load(join(world.home, 'linked')), 'd')).toEqual(['own\n']);
  });

  test('IN48: another key, home, outside, a session id that is a path: nothing', async () => {
    expect(await transformed(await load(world.home))).toEqual([]);
    expect(await transformed(await load(world.root), 'x')).toEqual([]);
    const plugin = await load();
    expect(await transformed(plugin, '../evil')).toEqual([]);
    expect(fs.existsSync(join(world.state, 'evil'))).toBe(false);
    world.write(join(world.state, 'brief-key'), 'ffffffffffffffff\n');
    expect(await transformed(plugin, 'y')).toEqual([]);
  });

  test('IN49: after a compaction the anchor of that session', async () => {
    world.write(join(world.brief, 'opencode.ses_1.compact'), 'anchor\n');
    const plugin = await load();
    const compacting = async (sessionID: string) => {
      const output = { context: [] as string[] };
      await plugin['experimental.session.compacting']?.({ sessionID }, output);
      return output.context;
    };
    expect([await compacting('ses_1'), await compacting('ses_2')]).toEqual([['anchor\n'], []]);
  });

  test('IN50: the state directory: PRSIST_HOME, else the noted line, else XDG; switched off it does nothing', async () => {
    const spooled = (directory: string) => fs.readdirSync(join(directory, 'spool')).length;
    const idle = { event: { type: 'session.idle', properties: {} } };
    const env = { XDG_STATE_HOME: join(world.root, 'x d g') };
    await (await load(world.repository, env)).event?.(idle, undefined);
    expect(spooled(join(world.root, 'x d g/prsist'))).toBe(1);
    world.write(join(world.home, '.local/share/prsist/state-dir'), `${join(world.root, 'noted $x')}\n`);
    await (await load(world.repository, env)).event?.(idle, undefined);
    expect(spooled(join(world.root, 'noted $x'))).toBe(1);
    await (await load(world.repository, { PRSIST_HOME: join(world.root, 'own') })).event?.(idle, undefined);
    expect(spooled(join(world.root, 'own/state'))).toBe(1);
    fs.rmSync(join(world.home, '.local/share/prsist/state-dir'));
    const off = await load(world.repository, { PRSIST_SKIP_HOOKS: '1' });
    await off.event?.(idle, undefined);
    expect([await transformed(off), world.events()]).toEqual([[], []]);
  });

  test('IN51: nothing throws: no directories to write to, unknown shapes, values that are no JSON', async () => {
    world.write(join(world.root, 'file'), '');
    const plugin = await load(world.repository, { PRSIST_HOME: join(world.root, 'file') });
    const circular: Record<string, unknown> = {};
    circular.self = circular;
    for (const callback of Object.values(plugin)) {
      for (const [input, output] of [
        [{}, {}],
        [{ event: { type: 'session.idle', properties: circular } }, undefined],
        [circular, { parts: circular, metadata: circular }],
      ]) {
        await expect(callback(input, output)).resolves.toBeUndefined();
      }
    }
  });

  test('IN52: more than is kept is cut and marked; a full spool takes no tool events', async () => {
    const plugin = await load();
    await plugin['chat.message']?.({ sessionID: 's' }, { parts: 'x'.repeat(2_000_000) });
    expect(world.events()[0]?.truncated).toBe(true);
    world.write(join(world.state, 'spool/.full'), '');
    await plugin['tool.execute.after']?.({}, {});
    await plugin.event?.({ event: { type: 'session.idle', properties: {} } }, undefined);
    expect(names()).toEqual(['chat.message', 'session.idle']);
  });
});
