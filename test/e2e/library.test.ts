// The package as it is published, in a program of somebody else: imported, and checked against its types.
import { execFileSync, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';

const root = join(import.meta.dirname, '../..');
const program = fs.mkdtempSync(join(tmpdir(), 'prsist-library-'));
afterAll(() => fs.rmSync(program, { recursive: true }));

const source = `
import { type CachePlan, plan, render, type Segment } from 'prsist';
import { llamaServer, openStates, type Restored } from 'prsist/tensors';
export const restored: Promise<Restored> = openStates({ project: '/nowhere' }).restore(llamaServer({ url: 'http://127.0.0.1:1' }), ['a']).catch(
  (error): Restored => ({ kind: 'missed', why: 'off', told: error.code }),
);
const segments: readonly Segment[] = [
  { slot: 'rules', kind: 'system', place: 'system', text: 'be brief', tokens: 9000, change: 0.0005 },
  { slot: 'turn:1', kind: 'dynamic', place: 'messages', role: 'user', text: 'hello', tokens: 5, change: 0 },
];
const planned: CachePlan = plan({ segments, session: 's' }, 'anthropic', { model: 'claude-opus-4.5' });
const { body, path } = render(planned, { segments });
const { kind } = await restored;
process.stdout.write(JSON.stringify({ marks: planned.breakpoints.map(({ slot }) => slot), path, model: body['model'], kind }));
`;

test('PC264: the packed package is imported by a program that knows its types', () => {
  const [packed] = JSON.parse(
    execFileSync('npm', ['pack', '--json', '--pack-destination', program], { cwd: root, encoding: 'utf8' }),
  );
  execFileSync('tar', ['-xzf', packed.filename], { cwd: program });
  fs.mkdirSync(join(program, 'node_modules'));
  fs.renameSync(join(program, 'package'), join(program, 'node_modules', 'prsist'));
  fs.writeFileSync(join(program, 'package.json'), JSON.stringify({ type: 'module' }));
  fs.writeFileSync(join(program, 'main.ts'), source);
  fs.symlinkSync(join(root, 'node_modules', '@types'), join(program, 'node_modules', '@types'));
  for (const settings of [
    ['--module', 'nodenext'],
    ['--module', 'esnext', '--moduleResolution', 'bundler'],
  ]) {
    const checked = check(['--strict', '--exactOptionalPropertyTypes', ...settings]);
    expect(checked).toEqual({ status: 0, stdout: '' });
  }
  const wrong = source.replace("'anthropic', {", "'anthropic', { nosuch: 1,");
  fs.writeFileSync(join(program, 'main.ts'), wrong);
  expect(check(['--strict', '--module', 'nodenext']).stdout).toContain("'nosuch' does not exist in type 'PlanOptions'");
  fs.writeFileSync(join(program, 'main.ts'), source);
  const ran = spawnSync(process.execPath, ['main.ts'], { cwd: program, encoding: 'utf8' });
  expect(JSON.parse(ran.stdout)).toEqual({
    marks: ['rules', 'turn:1'],
    path: '/v1/messages',
    model: 'claude-opus-4.5',
    kind: 'missed',
  });
});

function check(settings: readonly string[]) {
  const tsc = join(root, 'node_modules', 'typescript', 'bin', 'tsc');
  const fixed = ['--noEmit', '--target', 'es2024', '--types', 'node'];
  const { status, stdout } = spawnSync(process.execPath, [tsc, ...fixed, ...settings, 'main.ts'], {
    ...{ cwd: program, encoding: 'utf8' },
  });
  return { status, stdout };
}
