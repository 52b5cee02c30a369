// A number that goes out of bounds shows in status, in the numbers, to who listens and on the desktop.
import fs from 'node:fs';
import http from 'node:http';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readEndpoint } from '../../src/client/endpoint.ts';
import { metricHelp } from '../../src/core/metric-names.ts';
import { createHome, type Home, until } from '../harness/home.ts';
import { createRepository } from '../harness/repository.ts';

let home: Home;
let cwd: string;
beforeAll(async () => {
  home = createHome();
  cwd = createRepository(home).path;
  await home.json(['init', '--no-import'], { cwd });
});
afterAll(() => home.remove());

function metrics(): Promise<string> {
  const endpoint = readEndpoint(home.paths.endpoint);
  const headers = { authorization: `Bearer ${endpoint?.token}` };
  return new Promise((resolve, reject) => {
    const asked = http.get({ socketPath: endpoint?.socket, path: '/memory/metrics', headers }, (reply) => {
      let text = '';
      reply.on('data', (chunk: Buffer) => {
        text += chunk.toString();
      });
      reply.on('end', () => resolve(text));
    });
    asked.on('error', reject);
  });
}

test('AL11: every number that rules may name is told by a daemon', async () => {
  const text = await metrics();
  const told = [...text.matchAll(/^# TYPE (\S+) gauge$/gm)].map(([, name]) => name);
  expect(told.sort()).toEqual(Object.keys(metricHelp).sort());
  expect(text.endsWith('# EOF\n')).toBe(true);
});

test('AL12: a rule of the configuration shows in status and on the desktop once, and goes when it holds no more', async () => {
  const bin = join(home.root, 'bin');
  const said = join(home.root, 'said');
  fs.mkdirSync(bin);
  fs.writeFileSync(join(bin, 'notify-send'), `#!/bin/sh\nprintf '%s\\n' "$*" >> '${said}'\n`, { mode: 0o755 });
  await home.prsist(['daemon', 'stop']);
  fs.mkdirSync(home.paths.config, { recursive: true });
  fs.writeFileSync(
    join(home.paths.config, 'config.yaml'),
    'alerts:\n  rules:\n    - {name: up-long, metric: prsist_uptime_seconds, above: -1, notify: desktop, says: it runs}\n',
  );
  await home.serve({ PATH: `${bin}:${home.env['PATH']}`, DISPLAY: ':99' });
  await until('it is raised', async () => (await home.prsist(['status'], { cwd })).stdout.includes('up-long'), 100_000);
  const { health } = (await home.json(['status'], { cwd })) as { health: { alerts: { name: string }[] } };
  expect(health.alerts).toMatchObject([{ name: 'up-long', says: 'it runs', above: -1, below: null }]);
  await until('the desktop was asked', () => fs.existsSync(said));
  expect(fs.readFileSync(said, 'utf8')).toBe('--app-name=prsist -- prsist: up-long it runs\n');
  expect(await metrics()).toContain('prsist_alerts{name="up-long"} 1');
}, 150_000);

test('AL13: a rule that is none is refused with its place', async () => {
  const ran = await home.prsist(['config', 'set', 'alerts.rules', '[{name: x, metric: prsist_no, above: 1}]']);
  expect(ran.exit).not.toBe(0);
  expect(ran.stderr).toContain('prsist_no');
});
