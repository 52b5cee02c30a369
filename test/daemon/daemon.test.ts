import fs from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { formatSpoolEvent } from '../../src/core/spool-event.ts';
import { Daemon } from '../../src/daemon/daemon.ts';
import { ownDirectory } from '../../src/platform/files.ts';
import { resolvePaths } from '../../src/platform/paths.ts';
import { writeSpoolFile } from '../../src/platform/spool-files.ts';
import { breathe, monotonic } from '../../src/platform/time.ts';
import { temporaryDirectory } from '../store/temporary-store.ts';
import { packageRoot } from './wired-world.ts';

/** A daemon of its own without a socket, asked by injected requests. */
function world(how: { crashedAt?: number } = {}) {
  const top = fs.realpathSync(temporaryDirectory());
  const env = { HOME: join(top, 'home'), PRSIST_HOME: join(top, 'p') };
  const paths = resolvePaths(env);
  for (const path of [paths.home, paths.config, paths.data, paths.state, paths.projects]) ownDirectory(path);
  const start = () => {
    let drained = false;
    const daemon = new Daemon({
      ...{ paths, env, packageRoot, nodePath: process.execPath, token: 't', pid: process.pid },
      ...{ crashedAt: how.crashedAt ?? null, onDrain: () => (drained = true) },
    });
    let left: Promise<void> | undefined;
    const leave = () => (left ??= daemon.leave());
    onTestFinished(() => leave());
    const ask = async (path: string, payload: object = {}, project?: string) => {
      const headers = {
        authorization: 'Bearer t',
        ...(project ? { 'x-prsist-project': encodeURIComponent(project) } : {}),
      };
      const answer = await daemon.server.inject({ method: 'POST', url: `/memory/${path}`, payload, headers });
      return answer.json();
    };
    return { daemon, ask, leave, drained: () => drained };
  };
  return { top, paths, start };
}

async function init(ask: ReturnType<ReturnType<typeof world>['start']>['ask'], directory: string) {
  fs.mkdirSync(directory, { recursive: true });
  const { job_id } = await ask('project/init', { directory, agents: [], git_hooks: false });
  return (await ask('job/show', { job_id, wait_ms: 10_000 })).result.project_id;
}

test('DA80: events that wait when it starts, and those that come while it leaves, are in the database', async () => {
  const { top, paths, start } = world();
  const one = start();
  const root = join(top, 'shop');
  const project = await init(one.ask, root);
  const lay = (id: string, text: string) => {
    const body = Buffer.from(JSON.stringify({ session_id: 's', cwd: root, prompt: text }));
    writeSpoolFile(paths.spool, id, formatSpoolEvent({ agent: 'codex', event: 'UserPromptSubmit', args: [] }, body));
  };
  lay('first', 'one');
  await one.daemon.begin();
  expect((await one.ask('project/show', {}, project)).messages).toBe(1);
  lay('second', 'two');
  await one.leave();
  await expect(one.ask('system/health')).rejects.toThrow('closed');
  const two = start();
  expect((await two.ask('project/show', {}, root)).messages).toBe(2);
  expect(fs.readdirSync(paths.spool)).toEqual(['bad']);
});

test('DA81: a settled question is answered with what hooks said a moment ago', async () => {
  const { top, paths, start } = world();
  const { ask } = start();
  const root = join(top, 'shop');
  await init(ask, root);
  const body = Buffer.from(JSON.stringify({ session_id: 'native', cwd: root, prompt: 'Mend the lock' }));
  writeSpoolFile(
    paths.spool,
    'just-now',
    formatSpoolEvent({ agent: 'codex', event: 'UserPromptSubmit', args: [] }, body),
  );
  expect((await ask('brief/get', { agent: 'codex', reason: 'resume' }, root)).brief).toContain('Mend the lock');
});

test('DA82: health says how it is: what waits, what is bad, and that the one before crashed', async () => {
  const { paths, start } = world({ crashedAt: 0 });
  const { ask, drained } = start();
  expect(await ask('system/health')).toMatchObject({
    ...{ status: 'ok', pid: process.pid, proto: 1, restarted_after_crash_at: '1970-01-01T00:00:00.000Z', queue: 0 },
    checks: { spool: { waiting: 0, bad: 0 } },
  });
  fs.writeFileSync(join(paths.spool, 'bad/x.evt'), '');
  expect(await ask('system/health')).toMatchObject({ status: 'degraded', checks: { spool: { bad: 1 } } });
  expect(await ask('system/drain')).toMatchObject({ draining: true });
  expect(drained()).toBe(true);
});

test('DA83: what an agent says without any hook is use too', async () => {
  const { top, paths, start } = world();
  const { daemon, ask } = start();
  const root = join(top, 'shop');
  await init(ask, root);
  const transcript = join(paths.home, '.claude/projects/shop/11111111-1111-4111-8111-111111111111.jsonl');
  fs.mkdirSync(join(transcript, '..'), { recursive: true });
  const line = {
    ...{ type: 'user', uuid: 'u-1', parentUuid: null, sessionId: '11111111-1111-4111-8111-111111111111', cwd: root },
    ...{ timestamp: '2026-01-02T03:04:05.000Z', message: { role: 'user', content: 'Mend the lock' } },
  };
  fs.writeFileSync(transcript, `${JSON.stringify(line)}\n`);
  const since = monotonic();
  await daemon.begin();
  const used = () => {
    const elapsed = monotonic() - since; // read first: without any use since, it is less
    const idle = daemon.idleMs();
    return idle > 0 && idle < elapsed;
  };
  while (!used()) await breathe(); // the test's own time limit ends it
  expect((await ask('project/show', {}, root)).messages).toBe(1);
});
