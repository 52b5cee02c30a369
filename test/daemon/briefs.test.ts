import fs from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { briefLinks } from '../../src/daemon/brief-link.ts';
import { Briefs } from '../../src/daemon/briefs.ts';
import { noteStart } from '../../src/features/capture/queries.ts';
import { setState } from '../../src/features/system/queries.ts';
import { register } from '../../src/features/system/registry.ts';
import { ownDirectory } from '../../src/platform/files.ts';
import { gitState } from '../../src/platform/git.ts';
import { temporaryRepository } from '../platform/temporary-repository.ts';
import { projectId, wiredWorld } from './wired-world.ts';

/** A project that is a repository with a brief folder, and what is laid out in it. */
function world() {
  const made = wiredWorld();
  const root = made.project();
  const repository = temporaryRepository({ into: root });
  ownDirectory(join(root, '.prsist'));
  const bugs: string[] = [];
  const briefs = (enabled = true) => {
    const all = new Briefs({
      gitState,
      isBusy: () => false,
      deltaMark: made.paths.deltas,
      ...{ projects: made.projects, sources: made.wired.sources, briefKey: () => 'k' },
      telling: () => ({ enabled, max_tokens: 2_000 }),
      clock: () => made.clock.now,
      onBug: (what, error) => void bugs.push(`${what} ${String(error)}`),
    });
    onTestFinished(() => all.finish());
    return all;
  };
  const ask = (operation: string, body: object) =>
    made.dispatch({
      ...{ operation, body, caller: { user: 'ana', origin: 'human' }, project: projectId, idempotencyKey: undefined },
    });
  const file = (name: string) => join(root, '.prsist/brief/k', name);
  const names = () => fs.readdirSync(file('')).sort();
  return {
    ...{ ...made, root, repository, bugs, briefs, ask, file, names },
    async handOver(session_id: string): Promise<string> {
      await ask('session.start', { session_id });
      await ask('session.message', { session_id, role: 'user', content: 'Do it' });
      const { reply } = await ask('session.handoff', { session_id, to_agent: 'codex', handoff_reason: 'rate limit' });
      return String(Reflect.get(reply, 'handoff_id'));
    },
    /** A hook, gone since, takes the handoff of an agent away. */
    claim: (agent: string) => fs.renameSync(file(`${agent}.handoff`), file(`${agent}.handoff.${nobody}`)),
    /** The start event of that hook. */
    started: (native: string) =>
      made.projects.user.write((tx) =>
        noteStart(tx, { projectId, agent: 'codex', worktree: 'main' }, { native, at: made.clock.now, pid: nobody }),
      ),
    shown(): Record<string, string | null> {
      const { statements } = made.projects.store(projectId);
      const rows = statements.all<{ id: string; run: string | null }>(
        'select handoff_id as id, shown_run as run from handoffs',
        [],
      );
      return Object.fromEntries(rows.map(({ id, run }) => [id, run]));
    },
  };
}

const nobody = 2_147_483_646; // no process has this number
const otherId = '019a3985-b900-7000-8000-0000000000bb';
const hour = 3_600_000;

test('DA70: what is stored is told in every work tree, and taken away where telling is switched off', async () => {
  const { briefs, ask, file, names, repository, top } = world();
  await ask('context.store', { key: 'db', value: 'we use sqlite', priority: 'critical' });
  repository.commit('one');
  repository.git('worktree', 'add', '-q', join(top, 'side'));
  await briefs().render(projectId);
  const agents = ['claude-code', 'codex', 'copilot-cli', 'cursor', 'gemini-cli', 'opencode'];
  const files = agents.flatMap((agent) => [`${agent}.plain`, `${agent}.start`]);
  expect(names()).toEqual(['HEAD', ...files, 'valid-until', 'written', 'wt']);
  for (const name of ['codex.start', 'wt/side/claude-code.start']) {
    expect(fs.readFileSync(file(name), 'utf8')).toContain('we use sqlite');
  }
  expect(fs.readFileSync(file('wt/side/HEAD'), 'utf8')).toBe('ref: refs/heads/side\n');
  await briefs(false).render(projectId);
  expect(names()).toEqual(['HEAD', 'valid-until', 'wt']);
});

test('DA71: a handoff that a hook took away is shown to the conversation that hook started, and its file goes', async () => {
  const { briefs, ask, file, names, projects, clock } = world();
  await ask('session.start', { session_id: 's' });
  await ask('session.message', { session_id: 's', role: 'user', content: 'Do it' });
  await ask('session.handoff', { session_id: 's', to_agent: 'codex', handoff_reason: 'rate limit' });
  const all = briefs();
  await all.render(projectId);
  expect(names()).toContain('codex.handoff');
  fs.renameSync(file('codex.handoff'), file(`codex.handoff.${nobody}`));
  await all.takeClaims(projectId);
  expect(names()).toContain(`codex.handoff.${nobody}`); // nobody started here yet
  const place = { projectId, agent: 'codex', worktree: 'main' };
  await projects.user.write((tx) => noteStart(tx, place, { native: 'conversation', at: clock.now, pid: nobody }));
  await all.takeClaims(projectId);
  const shown = () =>
    projects.store(projectId).statements.all<{ shown_run: string | null }>('select shown_run from handoffs', []);
  expect(shown()).toEqual([{ shown_run: 'conversation' }]);
  expect(names().filter((name) => name.startsWith('codex.handoff'))).toEqual([]);
  await all.render(projectId);
  expect(names()).not.toContain('codex.handoff');
});

test('DA74: the handoff in the claimed file is the one that was shown, though a newer one waits', async () => {
  const { briefs, handOver, claim, started, shown, names, file } = world();
  const first = await handOver('one');
  const all = briefs();
  await all.render(projectId);
  claim('codex');
  const second = await handOver('two');
  await started('conversation');
  await all.render(projectId);
  expect(shown()).toEqual({ [first]: 'conversation', [second]: null });
  expect(names()).toContain('codex.handoff');
  expect(fs.readFileSync(file('codex.handoff'), 'utf8')).toContain(second);
});

test('DA75: a claim of which no start tells is given up after a minute, and its handoff laid out again', async () => {
  const { briefs, handOver, claim, shown, names, clock, projects } = world();
  const id = await handOver('one');
  const all = briefs();
  await all.render(projectId);
  claim('codex');
  await all.render(projectId);
  expect(names()).toContain(`codex.handoff.${nobody}`);
  all.lookAtHeads();
  await all.finish(); // the first look at a work tree
  all.lookAtHeads();
  expect(all.pending).toBe(false); // looking at the claim again is no reason to render
  clock.now += 60_000;
  await all.render(projectId);
  expect(names().filter((name) => name.startsWith('codex.handoff'))).toEqual(['codex.handoff']);
  expect(shown()).toEqual({ [id]: null });
  expect(projects.openProjects).toEqual([projectId]);
});

test('DA76: what a killed daemon had not rendered is rendered by the next; no other project is opened', async () => {
  const { briefs, ask, projects, project, clock, names, file } = world();
  const other = project(otherId, 'other');
  ownDirectory(join(other, '.prsist'));
  const one = briefs();
  for (const id of [projectId, otherId]) await one.render(id);
  await ask('context.store', { key: 'db', value: 'we use sqlite', priority: 'critical' });
  one.wake(projectId); // as every commit does, before it is answered
  clock.now += hour;
  projects.closeIdle();
  const next = briefs();
  next.begin();
  expect(next.pending).toBe(true);
  await next.finish();
  expect(fs.readFileSync(file('codex.start'), 'utf8')).toContain('we use sqlite');
  expect(projects.openProjects).toEqual([projectId]);
  expect(names()).toContain('valid-until');
});

test('DA77: what goes out of date by time is rendered when it does, by this daemon or the next', async () => {
  const { briefs, ask, clock, file } = world();
  const until = clock.now + 3 * hour;
  const expires_at = new Date(until).toISOString();
  await ask('context.store', { key: 'db', value: 'we use sqlite', priority: 'critical', expires_at });
  const one = briefs();
  await one.render(projectId);
  expect(fs.readFileSync(file('valid-until'), 'utf8')).toBe(`${until}\n`);
  expect(one.pending).toBe(false); // nobody stays for what is hours away
  clock.now += hour;
  expect(one.pending).toBe(true);
  const early = briefs();
  early.begin();
  expect(early.pending).toBe(true);
  await early.finish();
  expect(fs.readFileSync(file('codex.start'), 'utf8')).toContain('we use sqlite');
  clock.now = until;
  const late = briefs();
  late.begin();
  await late.finish();
  expect(fs.existsSync(file('codex.start'))).toBe(false);
  expect(fs.readFileSync(file('valid-until'), 'utf8')).toBe('always\n');
  expect(late.pending).toBe(false);
});

test('DA78: a handoff that was shown a day ago and not taken is laid out again', async () => {
  const { briefs, handOver, claim, started, names, clock, file } = world();
  await handOver('one');
  const all = briefs();
  await all.render(projectId);
  claim('codex');
  await started('conversation');
  await all.render(projectId);
  expect(names()).not.toContain('codex.handoff');
  expect(fs.readFileSync(file('valid-until'), 'utf8')).toBe(`${clock.now + 24 * hour}\n`);
  clock.now += 24 * hour;
  all.begin();
  await all.finish();
  expect(names()).toContain('codex.handoff');
});

test('DA72: a brief folder that is refused is told, and keeps no other project from being looked at', () => {
  const { briefs, projects, project, root, bugs } = world();
  const other = project('019a3985-b900-7000-8000-0000000000bb', 'other');
  ownDirectory(join(other, '.prsist'));
  fs.mkdirSync(join(other, '.prsist/brief'));
  fs.chmodSync(join(other, '.prsist/brief'), 0o777);
  projects.store('019a3985-b900-7000-8000-0000000000bb');
  projects.store(projectId);
  const all = briefs();
  all.lookAtHeads();
  expect(bugs).toEqual([expect.stringContaining('open to others')]);
  expect(all.pending).toBe(true);
  expect(fs.existsSync(join(root, '.prsist/brief/k'))).toBe(true);
});

test('DA79: what is told one after the other without a rest is rendered while it goes on', async () => {
  const { briefs, ask, file } = world();
  await ask('context.store', { key: 'db', value: 'we use sqlite', priority: 'critical' });
  const all = briefs();
  const isRendered = () => fs.existsSync(file('codex.start'));
  for (let told = 0; told < 200 && !isRendered(); told += 1) {
    all.wake(projectId, 'at once');
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  expect(isRendered()).toBe(true);
});

test('DA73: what is due when the daemon leaves is rendered before it does', async () => {
  const { briefs, ask, names } = world();
  await ask('context.store', { key: 'db', value: 'we use sqlite', priority: 'critical' });
  const all = briefs();
  all.wake(projectId);
  expect(all.pending).toBe(true);
  await all.finish();
  expect(names()).toContain('codex.start');
});

test('DA93: every directory of a project is told the same; what is removed is told no more', async () => {
  const { briefs, ask, file, names, projects, top } = world();
  const other = join(top, 'clone');
  ownDirectory(join(other, '.prsist', 'brief', 'k'));
  const otherFile = join(other, '.prsist/brief/k/codex.start');
  fs.writeFileSync(otherFile, 'what it was told before it was joined');
  projects.user.maintain((tx) => register(tx, { project_id: projectId, name: 'shop', root: other, kind: 'clone' }));
  await ask('context.store', { key: 'db', value: 'we use sqlite', priority: 'critical' });
  const all = briefs();
  await all.render(projectId);
  expect(fs.readFileSync(otherFile, 'utf8')).toContain('we use sqlite');
  expect(fs.readFileSync(file('codex.start'), 'utf8')).toContain('we use sqlite');
  projects.user.maintain((tx) => tx.run(setState, { project_id: projectId, state: 'removed' }));
  projects.close(projectId);
  await all.render(projectId);
  expect([fs.existsSync(otherFile), names()]).toEqual([false, ['HEAD', 'valid-until']]);
  expect(projects.openProjects).toEqual([]);
});

test('DA94: of a new project nothing is laid out at first: that is no fault while it is due', async () => {
  const { briefs, paths, settings, projects, root } = world();
  fs.writeFileSync(paths.briefKey, 'k');
  const all = briefs();
  const link = () => {
    const looks = briefLinks({ paths, settings, isDue: (project) => all.isDue(project) });
    return looks({ project: { id: projectId, name: 'shop', root }, user: projects.user.read }, 'claude-code');
  };
  expect(link()).toMatchObject({ state: 'broken', what: expect.stringContaining('no brief is laid out') });
  all.wake(projectId);
  expect(link()).toMatchObject({ state: 'waiting', what: 'the brief is being renewed' });
  await all.finish();
  expect(link()).toMatchObject({ state: 'waiting', what: 'nothing is there to be told yet' });
});
