// Claude Code and Codex as they really call prsist: the command found in their own settings, run by sh, without anything
// of prsist in the environment; transcripts that grow; daemons that die in between.
import fs from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Agent, claudeCode, codex } from '../harness/agents.ts';
import { createHome, type Home, until } from '../harness/home.ts';
import { createRepository, gitIn, type Repository } from '../harness/repository.ts';

let home: Home;
let shop: Repository;

beforeEach(async () => {
  home = createHome();
  for (const folder of ['.claude', '.codex']) fs.mkdirSync(join(home.home, folder));
  shop = createRepository(home);
  await home.json(['init'], { cwd: shop.path });
});
afterEach(() => home.remove());

const start = (agent: Agent, source = 'startup') => agent.hook('SessionStart', { source });

/** Starts new conversations of an agent until one is told what is waited for: rendering comes a moment after a change. */
function told(what: RegExp, make: () => Agent): Promise<string> {
  return until(`a start prints ${what}`, async () => {
    const text = await start(make());
    return what.test(text) ? text : undefined;
  });
}

/** The prepared file of an agent, once it says something and all of them are for the branch that is checked out. */
function prepared(file: string, what: RegExp, folder = briefFolder(shop.path)): Promise<string> {
  return until(`${file} says ${what}`, () => {
    const path = join(folder, file);
    const text = fs.existsSync(path) ? fs.readFileSync(path, 'utf8') : '';
    const [head, rendered] = [join(shop.path, '.git/HEAD'), join(folder, 'HEAD')].map((each) =>
      fs.existsSync(each) ? fs.readFileSync(each, 'utf8') : undefined,
    );
    return head === rendered && what.test(text) ? text : undefined;
  });
}

function briefFolder(root: string): string {
  const key = fs.readFileSync(home.paths.briefKey, 'utf8').trim();
  return join(root, '.prsist/brief', key);
}

interface Message {
  readonly role: string;
  readonly kind: string;
  readonly content: string;
}

async function messages(session_id: string, cwd = shop.path): Promise<string[]> {
  const { items } = await home.client(cwd).call('session.messages', { session_id, limit: 500 });
  return (items as Message[]).map((each) => `${each.role} ${each.kind}: ${each.content}`);
}

const shown = (session_id: string) => home.client(shop.path).call('session.show', { session_id });

async function workedOn(agent: Agent): Promise<void> {
  await start(agent);
  await agent.asked('Make the cart survive a reload');
  agent.said('I will keep it in local storage.');
  agent.edited('src/cart.ts', 'export const cart = [];\n');
  agent.ran('npm test', '1 failed: cart is empty', 1);
  await agent.stop();
}

describe('Claude Code', () => {
  test('a conversation with a daemon that dies in between is captured whole; the next one starts with it', async () => {
    const first = claudeCode(home, { cwd: shop.path });
    await home.json(['remember', 'We deploy on Fridays'], { cwd: shop.path });
    expect(await told(/deploy on Fridays/, () => claudeCode(home, { cwd: shop.path }))).toContain('<prsist-memory>');
    await workedOn(first);
    await home.settled();
    await home.kill();
    expect(await first.asked('Try again, please')).toBe('');
    first.said('Now it reads the storage first.');
    await first.stop();
    expect(home.processes()).toEqual([]);
    // a start of anything wakes the daemon again
    await start(claudeCode(home, { cwd: shop.path }));
    await home.settled();
    expect(await messages(first.session)).toEqual([
      'user prompt: Make the cart survive a reload',
      'assistant text: I will keep it in local storage.',
      'user prompt: Try again, please',
      'assistant text: Now it reads the storage first.',
    ]);
    await first.hook('SessionEnd', { reason: 'prompt_input_exit' });
    await home.settled();
    const { session, runs } = await shown(first.session);
    expect(session).toMatchObject({ status: 'ended', agent: 'claude-code', edit_count: 1, branch: 'main' });
    expect(runs).toHaveLength(1);
    // what was asked is told at once, as a line of a recent session; the anchor once the end has been rendered
    const anchored = await told(/src\/cart\.ts/, () => claudeCode(home, { cwd: shop.path }));
    for (const part of ['Make the cart survive a reload', 'npm test', '1 failed']) expect(anchored).toContain(part);
  });

  test('a compaction prints the brief of that very conversation; a resume prints nothing', async () => {
    const agent = claudeCode(home, { cwd: shop.path });
    await workedOn(agent);
    await prepared(`claude-code.${agent.session}.compact`, /Make the cart survive a reload/);
    await agent.hook('PreCompact', { trigger: 'auto', custom_instructions: '' });
    const text = await start(agent, 'compact');
    expect(text).toContain('Make the cart survive a reload');
    expect(text).toContain('src/cart.ts');
    expect(await start(agent, 'resume')).toBe('');
  });

  test('without a transcript the words of its hooks are the messages', async () => {
    const agent = claudeCode(home, { cwd: shop.path, writes: 'nothing' });
    await start(agent);
    await agent.asked('Only the hook knows this');
    agent.said('And this too');
    await agent.stop();
    await home.settled();
    expect(await messages(agent.session)).toEqual([
      'user prompt: Only the hook knows this',
      'assistant text: And this too',
    ]);
  });

  test('a transcript that never comes: the words wait for it a minute, then they are taken from the hooks', async () => {
    const agent = claudeCode(home, { cwd: shop.path, writes: 'promise' });
    await start(agent);
    await home.settled();
    await home.kill();
    await agent.asked('Only the hook knows this');
    await agent.stop();
    await agent.hook('SessionEnd', { reason: 'other' });
    const waiting = fs.readdirSync(home.paths.spool).filter((name) => name.endsWith('.evt'));
    expect(waiting).toHaveLength(3);
    await home.serve();
    await home
      .client(shop.path)
      .call('session.context', { session_id: agent.session })
      .catch(() => undefined);
    expect(fs.readdirSync(home.paths.spool).filter((name) => name.endsWith('.evt'))).toEqual(waiting);
    // oldest first: the daemon looks meanwhile, and must never see the end before the words
    const times = waiting.map((name) => ({ name, mtime: fs.statSync(join(home.paths.spool, name)).mtime.getTime() }));
    for (const { name, mtime } of times.sort((a, b) => a.mtime - b.mtime)) {
      fs.utimesSync(join(home.paths.spool, name), mtime / 1000, (mtime - 61_000) / 1000);
    }
    await home.settled();
    expect(await messages(agent.session)).toEqual(['user prompt: Only the hook knows this']);
    expect((await shown(agent.session)).session).toMatchObject({ status: 'ended' });
  });

  test('what happens in a directory that is no project is dropped, and nothing is written there', async () => {
    const other = createRepository(home, 'other');
    const before = fs.readdirSync(other.path).sort();
    const agent = claudeCode(home, { cwd: other.path });
    expect(await start(agent)).toBe('');
    await agent.asked('Nobody shall keep this');
    await agent.stop();
    await home.settled();
    expect(fs.readdirSync(other.path).sort()).toEqual(before);
    const { items } = await home.client(shop.path).call('session.list', {});
    expect(items).toEqual([]);
  });
});

describe('from one agent to the other', () => {
  const pairs = [
    ['claude-code', 'codex', claudeCode, codex],
    ['codex', 'claude-code', codex, claudeCode],
  ] as const;
  for (const [from, to, makeFrom, makeTo] of pairs) {
    test(`${from} hands over: ${to} is told once and its first prompt joins the session`, async () => {
      const sender = makeFrom(home, { cwd: shop.path });
      await workedOn(sender);
      const given = await home.json(['handoff', to, '--reason', 'rate limit', '--info', 'ticket=42'], {
        cwd: shop.path,
      });
      expect(given).toMatchObject({ session_id: sender.session, from_agent: from });
      await prepared(`${to}.handoff`, /rate limit/);
      const receiver = makeTo(home, { cwd: shop.path });
      const text = await start(receiver);
      for (const part of ['rate limit', 'ticket', '42', 'Make the cart survive a reload']) expect(text).toContain(part);
      expect(await start(makeTo(home, { cwd: shop.path }))).not.toContain('rate limit');
      await home.settled();
      await receiver.asked('Go on where it stopped');
      receiver.said('Going on.');
      await receiver.stop();
      await home.settled();
      const { runs, handoffs } = await shown(sender.session);
      expect(runs.map(({ agent, native_id }) => [agent, native_id])).toEqual([
        [from, sender.session],
        [to, receiver.session],
      ]);
      expect(handoffs).toMatchObject([{ status: 'accepted', accepted_by: to, to_agent: to }]);
      expect(await messages(sender.session)).toContain('user prompt: Go on where it stopped');
      await home.settled();
      expect(await start(makeTo(home, { cwd: shop.path }))).not.toContain('rate limit');
    });
  }

  test('a conversation that ends without a word gives the handoff back', async () => {
    const sender = codex(home, { cwd: shop.path });
    await workedOn(sender);
    await home.json(['handoff', 'claude-code', '--reason', 'rate limit'], { cwd: shop.path });
    await prepared('claude-code.handoff', /rate limit/);
    const silent = claudeCode(home, { cwd: shop.path });
    expect(await start(silent)).toContain('rate limit');
    await silent.hook('SessionEnd', { reason: 'prompt_input_exit' });
    await prepared('claude-code.handoff', /rate limit/);
    expect(await start(claudeCode(home, { cwd: shop.path }))).toContain('rate limit');
  });

  test('a handoff printed while no daemon runs is taken by the one it was printed to', async () => {
    const sender = claudeCode(home, { cwd: shop.path });
    await workedOn(sender);
    await home.json(['handoff', 'codex', '--reason', 'rate limit'], { cwd: shop.path });
    await prepared('codex.handoff', /rate limit/);
    await home.kill();
    fs.renameSync(join(home.paths.bin, 'daemon-path'), join(home.paths.bin, 'daemon-path.away'));
    const receiver = codex(home, { cwd: shop.path });
    expect(await start(receiver)).toContain('rate limit');
    const later = codex(home, { cwd: shop.path });
    expect(await start(later)).not.toContain('rate limit');
    await receiver.asked('Go on');
    receiver.said('Yes.');
    expect(home.processes()).toEqual([]);
    fs.renameSync(join(home.paths.bin, 'daemon-path.away'), join(home.paths.bin, 'daemon-path'));
    await receiver.stop();
    await start(codex(home, { cwd: shop.path }));
    await home.settled();
    const { runs, handoffs } = await shown(sender.session);
    expect(runs.map((run) => run.native_id)).toEqual([sender.session, receiver.session]);
    expect(handoffs).toMatchObject([{ status: 'accepted' }]);
  });
});

describe('git', () => {
  test('two work trees have their own briefs', async () => {
    const tree = join(home.home, 'shop-topic');
    shop.git('worktree', 'add', '-q', '-b', 'topic', tree);
    const here = claudeCode(home, { cwd: shop.path });
    const there = claudeCode(home, { cwd: tree });
    await start(here);
    await start(there);
    await here.asked('Colour the button');
    here.edited('src/button.ts', 'export const colour = 1;\n');
    await there.asked('Mend the printer');
    there.edited('src/printer.ts', 'export const ink = 2;\n');
    await here.stop();
    await there.stop();
    const hereText = await told(/Colour the button/, () => claudeCode(home, { cwd: shop.path }));
    const thereText = await told(/Mend the printer/, () => claudeCode(home, { cwd: tree }));
    expect(hereText).not.toContain('Mend the printer');
    expect(thereText).not.toContain('Colour the button');
  });

  test('after a checkout the plain brief stands until it is rendered for that branch', async () => {
    const agent = claudeCode(home, { cwd: shop.path });
    await workedOn(agent);
    await prepared('claude-code.start', /src\/cart\.ts/);
    await home.kill();
    shop.git('checkout', '-q', '-b', 'topic');
    const plain = await start(claudeCode(home, { cwd: shop.path }));
    expect(plain).not.toContain('1 failed');
    await until('rendered for the branch', () => {
      const path = join(briefFolder(shop.path), 'HEAD');
      return fs.readFileSync(path, 'utf8').includes('topic');
    });
    expect(await start(claudeCode(home, { cwd: shop.path }))).not.toContain('1 failed');
    shop.git('checkout', '-q', 'main');
    await told(/1 failed/, () => claudeCode(home, { cwd: shop.path }));
  });

  test('a commit through the installed hook is kept, and the edits in it count as committed', async () => {
    const agent = claudeCode(home, { cwd: shop.path });
    await start(agent);
    await agent.asked('Add the cart');
    agent.edited('src/cart.ts', 'export const cart = [];\n');
    await agent.stop();
    await home.settled();
    shop.git('add', 'src');
    shop.git('commit', '-q', '-m', 'Add the cart');
    const sha = shop.git('rev-parse', 'HEAD');
    const commits = await until('the commit is there', async () => {
      const { commits } = await shown(agent.session);
      return commits.length > 0 ? commits : undefined;
    });
    expect(commits).toMatchObject([{ sha, subject: 'Add the cart' }]);
    const { context } = await home.client(shop.path).call('session.context', { session_id: agent.session });
    expect(JSON.stringify(context)).toContain(sha);
    const brief = await home.json(['brief'], { cwd: shop.path });
    expect(JSON.stringify(brief)).not.toContain('src/cart.ts');
  });
});

test('uninstall puts every file back byte for byte', async () => {
  await home.json(['uninstall'], { cwd: shop.path });
  const settings = join(home.home, '.claude/settings.json');
  const hooks = join(home.home, '.codex/hooks.json');
  const gitHook = join(shop.path, '.git/hooks/post-commit');
  for (const path of [settings, hooks, gitHook, home.paths.bin]) expect(fs.existsSync(path), path).toBe(false);
  const before = new Map([
    [settings, '{\n  // mine\n  "model": "opus",\n  "hooks": { "Stop": [ { "hooks": [] } ], },\n}\n'],
    [hooks, '{"hooks":{"Stop":[{"hooks":[{"type":"command","command":"say done"}]}]}}'],
    [gitHook, '#!/bin/sh\nexec true'],
  ]);
  for (const [path, text] of before) fs.writeFileSync(path, text, { mode: 0o755 });
  await home.json(['init'], { cwd: shop.path });
  for (const [path, text] of before) expect(fs.readFileSync(path, 'utf8'), path).not.toBe(text);
  gitIn(home, shop.path, ['commit', '-q', '--allow-empty', '-m', 'with the hook']);
  await home.json(['uninstall'], { cwd: shop.path });
  for (const [path, text] of before) expect(fs.readFileSync(path, 'utf8'), path).toBe(text);
});
