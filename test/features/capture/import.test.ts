import fs from 'node:fs';
import { expect, test } from 'vitest';
import { discover, readOn } from '../../../src/features/capture/follow.ts';
import { importTranscripts } from '../../../src/features/capture/import.ts';
import { followedMarks, markIn, ownMark, sourceTotals } from '../../../src/features/capture/queries.ts';
import { projectId } from '../../daemon/wired-world.ts';
import { conversation, importWorld, jsonl, rollout, said } from './import-world.ts';

const other = '019a3985-b900-7000-8000-0000000000bb';
const home = (name: string) => `../home/${name}`;
const claudeFile = home(`.claude/projects/-w/${conversation}.jsonl`);
const codexFile = home('.codex/sessions/2026/02/15/rollout-2026-02-15T09-00-00-x.jsonl');

/** A home with one conversation of each agent in the project, and one in nobody's directory. */
function homeWithAgents() {
  const world = importWorld();
  const claude = world.file(claudeFile, jsonl(said(world.root, 0, 'one'), said(world.root, 1, 'two')));
  const codex = world.file(codexFile, jsonl(...rollout(`${world.root}/src`)));
  const stranger = world.file(home('.claude/projects/-x/stranger.jsonl'), jsonl(said('/nobodys', 5, 'hello')));
  const { capture, roots } = world.wired;
  const run = (input: object = {}, id = projectId) =>
    importTranscripts(capture, roots)(world.jobContext(id), { dry_run: false, ...input });
  return {
    ...world,
    run,
    claude,
    codex,
    stranger,
    follow: { readOn: () => readOn(capture, projectId), discover: () => discover(capture, roots) },
  };
}

test('CA30: an import takes in what the agents hold of its project, says what it came to, and again adds nothing', async () => {
  const { run, stranger, told } = homeWithAgents();
  expect(await run()).toMatchObject({
    ...{ files: 3, read: 2, lines: 6, sessions: 2, records_known: 0, unchanged: 0 },
    agents: { 'claude-code': 1, codex: 1 },
    skipped: [{ path: stranger, why: 'no-project' }],
  });
  expect(told.at(-1)).toContain('"share":"');
  expect(await run()).toMatchObject({ files: 3, read: 0, unchanged: 2, records_added: 0, sessions: 0 });
});

test('CA31: only those agents and times that are asked for; a dry run reads nothing and says what it would', async () => {
  const { run, claude, codex, stranger, source } = homeWithAgents();
  fs.utimesSync(claude, 1000, 1000);
  expect(await run({ dry_run: true, agents: ['claude-code'] })).toMatchObject({ dry_run: true, files: 2, to_read: 2 });
  expect(await run({ dry_run: true, since: '2001-01-01T00:00:00Z' })).toMatchObject({
    ...{ files: 2, paths: expect.arrayContaining([codex, stranger]) },
    bytes: fs.statSync(codex).size + fs.statSync(stranger).size,
  });
  expect(source(codex)).toBeUndefined();
  expect(await run({ agents: ['codex'] })).toMatchObject({ files: 1, agents: { codex: 1 } });
  expect(await run({ dry_run: true })).toMatchObject({ files: 3, to_read: 2 });
});

test('CA32: named files go to the project that asks, whatever directory they name; those of others are left to them', async () => {
  const { run, project, stranger, claude } = homeWithAgents();
  expect(await run({ paths: [stranger] })).toMatchObject({ read: 1, sessions: 1 });
  await run();
  project(other, 'other');
  expect(await run({}, other)).toMatchObject({ files: 1, read: 0, records_added: 0, skipped: [{ path: stranger }] });
  expect(await run({ paths: [claude] }, other)).toMatchObject({ read: 1, sessions: 1 });
  await expect(run({ paths: ['/nowhere/x.jsonl'] })).rejects.toMatchObject({ code: 'file/unreadable' });
});

test('CA33: what grows is followed: known files of one project, and all that is new or changed below the roots', async () => {
  const { follow, root, claude, codex, file, clock, told, projects } = homeWithAgents();
  expect(await follow.readOn()).toBe(0); // nothing is known yet
  expect(await follow.discover()).toBe(2);
  expect([await follow.readOn(), await follow.discover()]).toEqual([0, 0]);
  fs.appendFileSync(claude, jsonl(said(root, 2, 'three')));
  fs.appendFileSync(codex, jsonl(...rollout(root).slice(3)));
  expect(await follow.readOn()).toBe(2);
  fs.appendFileSync(claude, jsonl(said(root, 3, 'four')));
  clock.now += 25 * 3_600_000;
  expect([await follow.readOn(), await follow.discover()]).toEqual([0, 1]); // read too long ago
  fs.rmSync(codex);
  expect(await follow.readOn()).toBe(0);
  file(home('.codex/sessions/cut.jsonl.gz'), 'not packed');
  expect(await follow.discover()).toBe(0);
  expect(told.join('\n')).toContain('transcript not read');
  expect(projects.user.read.one(sourceTotals, { project_id: projectId })).toMatchObject({ files: 2, errors: 0 });
});

/** Who each message of a project says it comes from, in the order in which they were taken in. */
function originsOf(world: ReturnType<typeof homeWithAgents>, project = projectId): unknown[] {
  const { statements } = world.projects.store(project);
  const rows = statements.all<{ origin: string }>(
    `select json_extract(body, '$.origin') as origin from records where type = 'message' and op = 'add' order by n`,
    [],
  );
  return rows.map(({ origin }) => origin);
}

test('CA34: a foreign transcript stays one: it is not followed, and a hook that names it does not make it the own words', async () => {
  const world = homeWithAgents();
  const path = world.file('theirs.jsonl', jsonl(said(world.root, 0, 'one')));
  await world.run({ paths: [path] });
  fs.appendFileSync(path, jsonl(said(world.root, 2, 'two')));
  expect(await world.follow.readOn()).toBe(0);
  await world.read(path, { otherwise: projectId });
  expect(originsOf(world)).toEqual(['import', 'import']);
  expect(world.source(path, projectId)).toMatchObject({ trusted: 'foreign', size: fs.statSync(path).size });
  await world.run({ paths: [world.codex] });
  fs.appendFileSync(world.codex, jsonl(...rollout(world.root).slice(3)));
  await world.follow.discover();
  expect(originsOf(world)).not.toContain('human');
});

test("CA35: a project's own transcript that another one takes in too is followed as before, and there it is foreign", async () => {
  const world = homeWithAgents();
  const { claude, run, follow, root, source } = world;
  world.project(other, 'other');
  await run();
  expect(await run({ paths: [claude] }, other)).toMatchObject({ read: 1 });
  expect(await run({ paths: [claude] }, other)).toMatchObject({ read: 0, unchanged: 1 });
  expect(await run({ paths: [claude], dry_run: true }, other)).toMatchObject({ to_read: 0 });
  fs.appendFileSync(claude, jsonl(said(root, 2, 'three')));
  expect([await follow.readOn(), await follow.discover()]).toEqual([1, 0]);
  expect(source(claude)).toMatchObject({ project_id: projectId, trusted: 'own', size: fs.statSync(claude).size });
  expect(source(claude, other)).toMatchObject({ trusted: 'foreign' });
  expect(originsOf(world).slice(0, 3)).toContain('human');
  expect(originsOf(world, other)).toEqual(['import', 'import']);
  await run({ paths: [claude] }); // named by the project whose own it is
  expect(source(claude)).toMatchObject({ trusted: 'own' });
});

test('CA36: a cancelled init stops at its next slice, and what is left is read the next time', async () => {
  const world = homeWithAgents();
  const init = world.wired.features.find(({ contract }) => 'project.init' in contract)?.verbs['project.init'] as (
    context: object,
    input: object,
  ) => Promise<Record<string, unknown>>; // the contract says so
  const input = { directory: world.root, agents: [], agent_homes: {}, git_hooks: false, import: true, dry_run: false };
  const result = await init({ ...world.jobContext(projectId), cancelled: () => true }, input);
  expect(result).toMatchObject({ commits_added: 0, imported: { read: 0, lines: 0 } });
});

test('CA37: what is compared at every look is short; the state of a reading stands behind it', () => {
  const { projects } = homeWithAgents();
  const columns = projects.user.statements.all<{ name: string }>('select name from pragma_table_info(?)', [
    'ingest_sources',
  ]);
  expect(columns.at(-1)?.name).toBe('state');
  for (const query of [ownMark, markIn, followedMarks]) expect(query.sql).not.toMatch(/state|\*/);
});
