// Documents and memory banks as a person has them: the built command, a real daemon, and both ended in the middle.
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { bomb, docx, pdf } from '../features/documents/made-files.ts';
import { findings } from '../harness/audit.ts';
import { commandPath, createHome, type Home } from '../harness/home.ts';
import { createRepository } from '../harness/repository.ts';

let home: Home;
let cwd: string;
beforeEach(async () => {
  home = createHome();
  cwd = createRepository(home).path;
  await home.json(['init', '--no-import'], { cwd });
});
afterEach(() => home.remove());

const file = (name: string, data: string | Uint8Array) => {
  fs.mkdirSync(join(cwd, name, '..'), { recursive: true });
  fs.writeFileSync(join(cwd, name), data);
};
const prsist = (...argv: string[]) => home.prsist(argv, { cwd });

test('DC45: files of every form are kept, searched and shown; a bad one says why and ends with 1', async () => {
  file(
    'docs/plan.docx',
    docx(
      [
        ['Heading1', 'Retry rules'],
        ['', 'wait with jitter'],
      ],
      'The plan',
    ),
  );
  file('docs/spec.pdf', pdf(['The specification says hippopotamus']));
  file('docs/page.html', '<!doctype html><title>Page</title><p>crocodile');
  file('docs/bomb.docx', bomb(64 * 1024 * 1024));
  const put = await prsist('document', 'put', 'docs');
  expect(put).toMatchObject({ exit: 0, stdout: '4 files  3 new  0 changed  0 unchanged  1 skipped\n' });
  expect(put.stderr).toContain('bomb.docx: the archive it is made of holds a member that is packed more than 200 : 1');
  expect((await prsist('search', 'jitter', '--kind', 'document')).stdout).toContain('The plan › Retry rules');
  expect((await prsist('search', 'hippopotamus')).stdout).toContain('docs/spec.pdf');
  expect((await prsist('document', 'get', 'docs/page.html')).stdout).toBe('crocodile\n');
  const bad = await prsist('document', 'put', 'docs/bomb.docx');
  expect(bad).toMatchObject({ exit: 1, stdout: '' });
  expect(bad.stderr).toMatch(/^error: .*\ntry: /);
  expect(home.processes()).toHaveLength(1);
});

test('DC46: an import killed in the middle leaves whole documents, and goes on', async () => {
  for (let n = 0; n < 400; n += 1) file(`many/${n}.md`, `# Document ${n}\n\n${`words of number ${n}\n\n`.repeat(200)}`);
  const importing = prsist('document', 'put', 'many');
  const kept = () => home.client(cwd).call('document.list', { limit: 500 });
  while ((await kept()).items.length === 0) await pause(5);
  await home.kill();
  await importing; // it ends with whatever was told when its daemon went
  const { items } = await kept();
  expect(items.length).toBeGreaterThan(0);
  for (const { bytes, uri } of items) expect(bytes, uri).toBe(fs.statSync(join(cwd, uri)).size);
  expect((await prsist('document', 'put', 'many')).stdout).toContain(`${400 - items.length} new`);
  await home.prsist(['daemon', 'stop']);
  expect(findings(home)).toEqual([]);
});

test('DC53: a conflict of a bank is shown, ends with 1, and is settled by the command it names', async () => {
  file('bank/activeContext.md', 'one\n');
  expect(await prsist('bank', 'import', 'bank')).toMatchObject({ exit: 0 });
  await home.prsist(['document', 'put', '-', '--uri', 'bank:activeContext.md'], { cwd, input: 'mine\n' });
  file('bank/activeContext.md', 'yours\n');
  const refused = await prsist('bank', 'export', 'bank');
  expect(refused).toMatchObject({ exit: 1 });
  expect(refused.stdout).toContain('CONFLICT  activeContext.md');
  expect(refused.stdout).toContain('-mine\n+yours');
  const [, named = ''] = /settle it with: prsist (.* --ours)/.exec(refused.stderr) ?? [];
  expect(await prsist(...named.split(' '))).toMatchObject({ exit: 0 });
  expect(fs.readFileSync(join(cwd, 'bank/activeContext.md'), 'utf8')).toBe('mine\n');
  expect((await prsist('document', 'get', 'bank:activeContext.md', '--revision', '3')).stdout).toBe('yours\n');
  expect(await prsist('bank', 'import', 'nowhere')).toMatchObject({ exit: 1, stdout: '' });
  expect(await prsist('bank', 'import', 'bank', '--ours', '--theirs')).toMatchObject({ exit: 2 });
});

test('DC60: watch carries changes both ways, outlives its daemon, and leaves nothing when it is ended', async () => {
  file('bank/activeContext.md', '# Active\n\none\n');
  const child = spawn(process.execPath, [commandPath, 'bank', 'watch', 'bank'], { cwd, env: home.env });
  let told = '';
  child.stdout.on('data', (chunk) => (told = told + chunk));
  child.stderr.on('data', (chunk) => (told = told + chunk));
  const ended = new Promise((resolve) => child.on('exit', (code, signal) => resolve({ code, signal })));
  const until = async (what: () => boolean | Promise<boolean>) => {
    while (!(await what())) await pause(20);
  };
  const document = async (name: string) => (await prsist('document', 'get', `bank:${name}`)).stdout;
  await until(() => told.includes('watching'));
  expect(await document('activeContext.md')).toBe('# Active\n\none\n');
  file('bank/activeContext.md', '# Active\n\ntwo\n');
  await until(async () => (await document('activeContext.md')).includes('two'));
  await home.kill();
  await home.prsist(['document', 'put', '-', '--uri', 'bank:progress.md'], { cwd, input: '# Progress\n' });
  await until(() => fs.existsSync(join(cwd, 'bank/progress.md')));
  expect(fs.readFileSync(join(cwd, 'bank/progress.md'), 'utf8')).toBe('# Progress\n');
  child.kill('SIGINT');
  expect(await ended).toEqual({ code: 0, signal: null });
  expect(home.processes()).toHaveLength(1);
  expect(fs.readdirSync(join(cwd, 'bank')).sort()).toEqual(['activeContext.md', 'progress.md']);
});
