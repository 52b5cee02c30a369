import { afterEach, expect, test } from 'vitest';
import { createHome, type Home } from '../harness/home.ts';
import { createRepository } from '../harness/repository.ts';
import { seeded } from '../harness/seed.ts';
import { storm } from '../harness/storm.ts';

let home: Home;
afterEach(() => home.remove());

test('T1: daemons killed by the dozen under 16 clients and a storm of hooks: nothing lost, nothing twice', async () => {
  home = createHome();
  const { path } = createRepository(home);
  await home.json(['init', '--no-import'], { cwd: path });
  await home.kill();
  const kills = Number(process.env.PRSIST_KILLS ?? 40);
  const result = await storm({ home, cwd: path, random: seeded('T1'), kills, writers: 16 });
  process.stdout.write(`T1: ${JSON.stringify(result)}\n`);
  expect(result).toMatchObject({ lost: [], doubled: [], problems: [], sockets: 1, processes: 0 });
  expect(result.acknowledged).toBeGreaterThan(kills);
  expect(result.events).toBeGreaterThan(kills);
});
