import fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import { afterAll, expect, test } from 'vitest';
import { cliOptions, daemonOptions } from '../../../scripts/build.ts';
import { libraryOptions, writeTypes } from '../../../scripts/library.ts';
import { planWith, render } from '../../../src/features/cache/plan/plan.ts';
import { agentContext, providers } from './plan-contexts.ts';

const directory = fs.mkdtempSync(join(tmpdir(), 'prsist-library-'));
afterAll(() => fs.rmSync(directory, { recursive: true }));
const outfile = join(directory, 'library.mjs');
const { metafile } = await build(libraryOptions('library', outfile));

test('PC260: programs get the plans of the product, with the rules built in', async () => {
  const library = await import(outfile);
  for (const [provider, model] of [
    ['anthropic', 'claude-opus-4.5'],
    ['openai', 'gpt-5.6'],
    ['gemini', undefined],
  ] as const) {
    const planned = library.plan(agentContext, provider, { model });
    expect(planned).toEqual(planWith(providers, agentContext, provider, { model }));
    expect(library.render(planned, agentContext)).toEqual(render(planned, agentContext));
  }
  expect(() => library.plan(agentContext, 'nosuch')).toThrow(expect.objectContaining({ code: 'provider/unknown' }));
});

test('PC261: it has no package and no file of prsist but the planner, and loads nothing but hashing', () => {
  const inputs = Object.keys(metafile.inputs).filter((path) => path !== '<define:shippedProviders>');
  expect(
    inputs.filter((path) => !/^src\/(?:core\/|features\/cache\/(?:plan\/|(?:segment|render-version)\.ts))/.test(path)),
  ).toEqual([]);
  const imports = Object.values(metafile.outputs).flatMap((output) => output.imports.map(({ path }) => path));
  expect([...new Set(imports)]).toEqual(['node:crypto']);
});

test('PC262: neither command line nor daemon carry it, and the command line nothing of plans', async () => {
  const bundles = [cliOptions(join(directory, 'cli.cjs')), daemonOptions(join(directory, 'daemon.mjs'))];
  const [cli, daemon] = await Promise.all(bundles.map((options) => build({ ...options, write: false })));
  const library = (path: string) => path.endsWith('plan/library.ts');
  expect(Object.keys({ ...cli?.metafile.inputs, ...daemon?.metafile.inputs }).filter(library)).toEqual([]);
  expect(Object.keys(cli?.metafile.inputs ?? {}).filter((path) => path.includes('features/cache'))).toEqual([]);
});

test('PC263: its types name nothing that is not beside them', () => {
  const types = fs.mkdtempSync(join(directory, 'types-'));
  expect(writeTypes(types)).toBe(7);
  const engines = ['llama-server.d.ts', 'local-engine.d.ts', 'node-llama.d.ts', 'tensors.d.ts'];
  expect(fs.readdirSync(types).sort()).toEqual(['cache-plan.d.ts', 'library.d.ts', 'segment.d.ts', ...engines].sort());
  const named = fs
    .readdirSync(types)
    .flatMap((name) =>
      [...fs.readFileSync(join(types, name), 'utf8').matchAll(/from '([^']+)'/g)].map(([, from]) => from),
    );
  const plans = ['./cache-plan.js', './segment.js'];
  expect(new Set(named)).toEqual(new Set([...plans, './llama-server.js', './local-engine.js', './node-llama.js']));
});
