import { expect, test } from 'vitest';
import { ProjectMaps } from '../../src/daemon/project-maps.ts';
import { temporaryRepository } from '../platform/temporary-repository.ts';
import { temporaryDirectory } from '../store/temporary-store.ts';
import { projectId, wiredWorld } from './wired-world.ts';

const maps = () =>
  new ProjectMaps({
    redact: () => (text) => text.replaceAll('hunter2', '⟨secret⟩'),
    ignores: () => (path) => path.endsWith('/private.ts'),
  });

test('PC759: the map is of the last commit, with the headings of READMEs, without secrets and ignored files', async () => {
  const { top, write, commit } = temporaryRepository();
  const made = maps();
  expect(await made.of('p', top)).toBe('');
  write('README.md', '# The shop\n');
  write('lib/README.md', 'x\n\n## Prices, Äpfel and hunter2\n');
  write('lib/till.ts', 'export {};\n');
  write('lib/private.ts', 'export {};\n');
  commit('Begin');
  const first = await made.of('p', top);
  expect(first).toBe(`<project-map>
./  1 file, under 1 KiB  README.md
lib/  2 files, under 1 KiB  .md .ts — Prices, Äpfel and ⟨secret⟩
</project-map>
`);
  write('new/later.ts', 'export {};\n');
  expect(await made.of('p', top)).toBe(first);
  commit('Later');
  expect(await made.of('p', top)).toContain('new/  1 file');
  expect(await made.of('p', temporaryDirectory())).toBe('');
});

test('PC759: a loaded context begins with it where it is asked for, and only there', async () => {
  const world = wiredWorld();
  const { write, commit, top } = temporaryRepository();
  write('lib/till.ts', 'export {};\n');
  commit('Begin');
  world.project(projectId, 'shop', top);
  const slots = async (body: object) => {
    const caller = { user: 'ana', origin: 'human', directory: top } as const;
    const asked = { operation: 'cache.load', body, caller, project: projectId, idempotencyKey: undefined };
    const { reply } = await world.dispatch(asked);
    return (reply['segments'] as { slot: string; text: string }[]).map(({ slot, text }) => [slot, text] as const);
  };
  const plain = await slots({});
  const mapped = await slots({ map: true });
  expect(mapped.map(([slot]) => slot).slice(0, 2)).toEqual(['frame', 'map']);
  expect(mapped[1]?.[1]).toContain('lib/  1 file');
  expect(mapped.filter(([slot]) => slot !== 'map')).toEqual(plain);
});
