import fs from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { claudeCode } from '../harness/agents.ts';
import { createHome, type Home, until } from '../harness/home.ts';
import { prepared } from '../harness/prepared.ts';
import { createRepository } from '../harness/repository.ts';

const homes: Home[] = [];
afterEach(async () => {
  for (const home of homes.splice(0)) await home.remove();
});

function newHome(): Home {
  const home = createHome();
  homes.push(home);
  fs.mkdirSync(join(home.home, '.claude'));
  return home;
}

/** A project with something of everything: rules, a memory bank, entries, a task, a session with edits and a commit. */
async function lived(home: Home): Promise<string> {
  const { path: cwd, git } = createRepository(home);
  fs.writeFileSync(join(cwd, 'AGENTS.md'), '# Rules\n\nUse tabs.\nÄnderungen mit Test.\n');
  fs.mkdirSync(join(cwd, 'memory-bank'));
  fs.writeFileSync(join(cwd, 'memory-bank/progress.md'), '# Progress\n\nThe parser is done.\n');
  await home.json(['init', '--no-import'], { cwd });
  for (const text of ['We deploy on Fridays', 'Prices are in cents', 'İstanbul is the first shop', 'zebra', 'Äpfel']) {
    await home.json(['remember', text], { cwd });
  }
  await home.json(['task', 'add', 'write the loader'], { cwd });
  const agent = claudeCode(home, { cwd });
  await agent.hook('SessionStart', { source: 'startup' });
  await agent.asked('Make the loader faster, please');
  agent.said('I measured it first: 292 ms.');
  agent.edited('reader.ts', 'export const lanes = 4;\n');
  agent.ran('npm test', 'FAIL reader', 1);
  await agent.stop();
  fs.writeFileSync(join(cwd, 'loader.ts'), 'export {};\n');
  git('add', 'loader.ts');
  git('commit', '-q', '-m', 'Loader');
  await home.settled();
  return cwd;
}

interface LoadedContext {
  readonly segments: readonly { readonly slot: string; readonly text: string; readonly counted: boolean }[];
  readonly hash: string;
}

test('PC570: cache load puts together what the project has, says why, and refuses what is not there', async () => {
  const home = newHome();
  const cwd = await lived(home);
  const { segments } = (await home.json(['cache', 'load'], { cwd })) as unknown as LoadedContext;
  const text = segments.map((each) => each.text).join('\n');
  for (const part of ['Go on with the work on shop', 'Use tabs.', 'The parser is done.', 'We deploy on Fridays']) {
    expect(text).toContain(part);
  }
  expect(text).toMatch(
    /## Asked\nMake the loader faster, please\n[\s\S]*## Open tasks\n- \[t-\w+\] write the loader \(open\)/,
  );
  expect(text).toMatch(/## Files in flight\n- reader\.ts[\s\S]*## Last command\n- npm test \(exit 1\)/);
  expect(text).toMatch(/## Work tree\n- branch main, at [0-9a-f]{10}/);
  const warm = await home.json(['cache', 'warm'], { cwd });
  expect(warm).toMatchObject({ changed: [], counted: warm['segments'] });
  // the conversation that began had it loaded ahead
  expect(warm['preload']).toMatchObject({ loaded: 1, used: 1, trials: 1, right: 1, precision: 1 });
  const explained = await home.prsist(['cache', 'load', '--explain', '--budget', '2000', '--doc', 'loader.ts'], {
    cwd,
  });
  expect(explained.stdout).toMatch(/documentation +doc:loader\.ts/);
  expect(explained.stdout).toMatch(/kind +used +wanted +sure of/);
  const inside = join(cwd, 'memory-bank');
  expect((await home.prsist(['cache', 'load', '--doc', 'progress.md'], { cwd: inside })).exit).toBe(0);
  const missing = await home.prsist(['cache', 'load', '--doc', 'nope.md'], { cwd });
  expect([missing.exit, missing.stderr]).toEqual([1, expect.stringContaining('no document and no file nope.md')]);
  const price = await home.prsist(['cache', 'warm', '--plan', '--provider', 'claude-opus-5.5'], { cwd });
  expect(price.stdout).toMatch(/\d+ tokens that stay would cost \$\d.*nothing was sent/);
  expect((await home.prsist(['cache', 'warm', '--provider', 'nobody-1'], { cwd })).exit).toBe(2);
});

test('PC570: a template is changed in the editor, checked, used, and put back', async () => {
  const home = newHome();
  const cwd = await lived(home);
  const own = join(home.paths.config, 'templates', 'review.md');
  const editor = (text: string) => ({ EDITOR: `printf '${text}' >` });
  const wrong = await home.prsist(['cache', 'templates', 'review', '--edit'], { cwd, env: editor('a\\n{{tsks}}') });
  expect([wrong.exit, wrong.stderr]).toEqual([78, expect.stringContaining(`${own}:2: {{tsks}} is no placeholder`)]);
  expect((await home.prsist(['cache', 'load', '--template', 'review'], { cwd })).exit).toBe(78);
  const right = await home.prsist(['cache', 'templates', 'review', '--edit'], {
    cwd,
    env: editor('Mine: {{project}}'),
  });
  expect([right.exit, right.stderr]).toEqual([0, expect.stringContaining('review is changed by you')]);
  expect((await home.prsist(['cache', 'load', '--template', 'review'], { cwd })).stdout).toContain('Mine: shop');
  expect((await home.prsist(['cache', 'templates', 'review', '--reset'], { cwd })).exit).toBe(0);
  expect([fs.existsSync(own), fs.readFileSync(`${own}.old`, 'utf8')]).toEqual([false, 'Mine: {{project}}']);
  expect((await home.prsist(['cache', 'load', '--template', 'review'], { cwd })).stdout).toContain(
    'Review the work on shop',
  );
  const blind = await home.prsist(['cache', 'templates', 'review', '--edit'], { cwd });
  expect([blind.exit, blind.stderr]).toEqual([2, expect.stringContaining('no terminal for an editor')]);
  await home.prsist(['cache', 'templates', 'review', '--edit'], { cwd, env: { EDITOR: 'true' } });
  expect(fs.existsSync(own)).toBe(false);
});

const names = ['claude-code.start', 'claude-code.plain'];
const laidOut = (home: Home, cwd: string) =>
  prepared(home, cwd, { names, what: /(?=[\s\S]*in cents)[\s\S]*Make the loader faster/ });

/** What agents are told in a home, in every way they are told it. */
async function told(home: Home, cwd: string) {
  const loaded = (await home.json(['cache', 'load'], { cwd })) as unknown as LoadedContext;
  const brief = async (reason: string) => (await home.json(['brief', '--reason', reason], { cwd }))['brief'];
  return {
    brief: await brief('startup'),
    compact: await brief('compact'),
    files: await laidOut(home, cwd),
    texts: loaded.segments.map(({ text }) => text),
    hash: loaded.hash,
  };
}

test('PC571: the same records in another home, directory, time zone and locale, after a restart: the same bytes', async () => {
  const home = newHome();
  const cwd = await lived(home);
  await laidOut(home, cwd);
  const { result } = (await home.json(['backup'], { cwd })) as { result: { path: string } };
  const before = await told(home, cwd);
  const other = newHome();
  const there = join(other.home, 'elsewhere', 'shop');
  // without the folder into which the daemon may just be writing
  const briefs = join(cwd, '.prsist/brief');
  fs.cpSync(cwd, there, { recursive: true, filter: (path) => !path.startsWith(briefs) });
  await other.prsist(['daemon', 'stop']);
  for (const env of [
    { TZ: 'Pacific/Kiritimati', LANG: 'tr_TR.UTF-8', LC_ALL: 'tr_TR.UTF-8' },
    { TZ: 'America/Adak', LANG: 'de_DE.UTF-8', LC_ALL: 'sv_SE.UTF-8' },
  ]) {
    const child = await other.serve(env);
    if (env.TZ === 'Pacific/Kiritimati') {
      await other.json(['init', '--no-import'], { cwd: there });
      await other.json(['restore', result.path], { cwd: there });
    }
    expect(await told(other, there)).toEqual(before);
    await other.prsist(['daemon', 'stop']);
    await until('it has ended', () => child.exitCode !== null);
    expect(child.exitCode).toBe(0);
  }
  await home.prsist(['daemon', 'stop']);
  expect(await told(home, cwd)).toEqual(before);
});
