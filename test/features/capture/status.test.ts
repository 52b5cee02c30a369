import fs from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { planUserHooks } from '../../../src/features/capture/install/plan.ts';
import { saveSource, see } from '../../../src/features/capture/queries.ts';
import { status } from '../../../src/features/capture/status.ts';
import { applyOperations } from '../../../src/platform/apply-edits.ts';
import { projectId, wiredWorld } from '../../daemon/wired-world.ts';
import { factsOf } from './install-facts.ts';

const day = 86_400_000;
const two = { agents: ['claude-code', 'codex'], form: 'sh', mcp: false } as const;

/** A home in which an agent is installed, and what status says of its link. */
function home() {
  const world = wiredWorld();
  world.project();
  const homes = { home: world.paths.home, moved: {} };
  const facts = factsOf(world.paths.home);
  const { user } = world.projects;
  const spool = () => ({ waiting: 1, bad: 0, full: false, oldestMs: 0 });
  const brief = () => ({ link: 'brief', state: 'proven', what: '', fix: '' }) as const;
  const verb = status({ homes, spool, scripts: () => facts.facts, entered: () => new Map(), roots: () => [], brief });
  return {
    ...{ paths: world.paths, homes, facts, all: () => verb(world.jobContext(projectId)) },
    link: async (agent = 'claude-code') =>
      (await verb(world.jobContext(projectId))).links.find((each) => each.agent === agent),
    install: () => applyOperations(planUserHooks(facts.facts, homes, two).operations),
    event: (at: number) =>
      user.write((tx) => tx.run(see, { key: 'seen:claude-code', value: JSON.stringify({ at, event: 'Stop' }) })),
    transcript: (mtime: number, trusted: 'own' | 'foreign' = 'own') =>
      user.write((tx) =>
        tx.run(saveSource, {
          ...{
            path: `/${trusted}`,
            agent: 'claude-code',
            native_id: 'n',
            project_id: projectId,
            inode: 1,
            size: 1,
            mtime,
          },
          trusted,
          ...{ offset: 0, line: 1_000, parser: '1', state: '{}', unknown_lines: 7, error: null, read_at: 0 },
        }),
      ),
  };
}

test('CA52: a link is proven by an event that arrived, never by files that lie in the right place', async () => {
  const { link, install, event, paths, all } = home();
  expect(await link()).toMatchObject({ hook: 'no-agent', state: 'off' });
  fs.mkdirSync(join(paths.home, '.claude'));
  expect(await link()).toMatchObject({
    hook: 'missing',
    state: 'broken',
    hint: expect.stringContaining('prsist setup'),
  });
  install();
  expect(await link()).toMatchObject({ hook: 'installed', state: 'waiting', last_event_at: null });
  await event(5 * day);
  expect(await link()).toMatchObject({ state: 'proven', last_event_at: '1970-01-06T00:00:00.000Z', hint: '' });
  expect(await link('codex')).toMatchObject({ hook: 'no-agent' });
  expect(await all()).toMatchObject({ spool: { waiting: 1, bad: 0, full: false } });
});

test('CA53: a day of transcripts without an event shows a hook that is silently off', async () => {
  const { link, install, event, transcript, paths, all } = home();
  fs.mkdirSync(join(paths.home, '.claude'));
  install();
  await event(5 * day);
  await transcript(6 * day);
  expect(await link()).toMatchObject({ state: 'proven' });
  await transcript(9 * day, 'foreign'); // no hook fires for it
  expect(await link()).toMatchObject({ state: 'proven' });
  await transcript(6 * day + 1);
  expect(await link()).toMatchObject({ state: 'broken', hint: expect.stringContaining('no hook has fired') });
  expect((await all()).sources).toEqual({ files: 2, unknown_lines: 14, errors: 0 });
});

test('CA54: entries that are not as we wrote them, or scripts that are others, are told', async () => {
  const { link, install, paths, facts } = home();
  const settings = join(paths.home, '.claude/settings.json');
  fs.mkdirSync(join(paths.home, '.claude'));
  install();
  const text = fs.readFileSync(settings, 'utf8');
  fs.writeFileSync(settings, text.replace('"SessionEnd"', '"SessionStop"'));
  expect((await link())?.hook).toBe('missing');
  fs.writeFileSync(settings, 'no JSON');
  expect((await link())?.hook).toBe('changed');
  fs.writeFileSync(settings, text);
  expect((await link())?.hook).toBe('installed');
  fs.appendFileSync(facts.scripts()[0]?.path ?? '', 'x');
  expect((await link())?.hook).toBe('changed');
});
