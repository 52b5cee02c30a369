// Whatever state the daemon is in, a hook is done at once and prints the brief or nothing.
import fs from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { readEndpoint } from '../../src/client/endpoint.ts';
import { claudeCode, codex, hookCommand } from '../harness/agents.ts';
import { createHome, execute, type Home, until } from '../harness/home.ts';
import { createRepository } from '../harness/repository.ts';

let home: Home;
let cwd: string;
beforeEach(async () => {
  home = createHome();
  for (const folder of ['.claude', '.codex']) fs.mkdirSync(join(home.home, folder));
  cwd = createRepository(home).path;
  await home.json(['init', '--no-import'], { cwd });
  await home.json(['remember', 'We deploy on Fridays'], { cwd });
  await until('the brief is laid out', () => {
    const key = fs.readFileSync(home.paths.briefKey, 'utf8').trim();
    const [start, head] = ['codex.start', 'HEAD'].map((name) => join(cwd, '.prsist/brief', key, name));
    return [start, head].every((path) => path && fs.existsSync(path) && !/being/.test(fs.readFileSync(path, 'utf8')));
  });
});
afterEach(() => home.remove());

type Place =
  | 'up'
  | 'down'
  | 'hung'
  | 'starting'
  | 'spool unwritable'
  | 'state away'
  | 'endpoint garbage'
  | 'pid reused';

async function bring(place: Place): Promise<void> {
  const endpoint = readEndpoint(home.paths.endpoint);
  if (!endpoint) throw new Error('no daemon');
  if (place === 'hung') process.kill(endpoint.pid, 'SIGSTOP');
  if (place === 'down' || place === 'starting' || place === 'state away') await home.kill();
  if (place === 'starting') home.daemon();
  if (place === 'spool unwritable') fs.renameSync(home.paths.spool, `${home.paths.spool}.away`);
  if (place === 'spool unwritable') fs.writeFileSync(home.paths.spool, 'a file stands here');
  if (place === 'state away') fs.rmSync(home.paths.state, { recursive: true });
  if (place === 'endpoint garbage') fs.writeFileSync(home.paths.endpoint, '{"pid":');
  if (place === 'pid reused') fs.writeFileSync(home.paths.endpoint, `{"pid":${process.pid},"socket":"/nowhere"}\n`);
}

const places: readonly Place[] = [
  ...(['up', 'down', 'hung', 'starting', 'spool unwritable'] as const),
  ...(['state away', 'endpoint garbage', 'pid reused'] as const),
];

describe('T10: hooks', () => {
  test.each(places)('T10: daemon %s: every event ends with 0, a start prints the brief or nothing', async (place) => {
    await bring(place);
    for (const make of [claudeCode, codex]) {
      const agent = make(home, { cwd });
      const text = await agent.hook('SessionStart', { source: 'startup' });
      if (place === 'state away') expect(text).toBe('');
      else expect(text).toContain('We deploy on Fridays');
      expect(await agent.asked('hello')).toBe('');
      agent.said('hello');
      expect(await agent.stop()).toBe('');
    }
  });

  test('T10: the first hook of a cold machine prints the right brief from the file and starts the daemon', async () => {
    await home.prsist(['daemon', 'stop']);
    fs.rmSync(home.paths.log, { force: true });
    expect(home.processes()).toEqual([]);
    const agent = claudeCode(home, { cwd });
    expect(await agent.hook('SessionStart', { source: 'startup' })).toContain('We deploy on Fridays');
    await until('a daemon serves', () => readEndpoint(home.paths.endpoint));
    await home.settled();
    await agent.asked('hello');
    await home.settled();
    expect((await home.client(cwd).call('session.list', {})).items).toMatchObject([{ session_id: agent.session }]);
  });

  test('T10: bytes no agent sends do not make a hook fail or speak', async () => {
    const inputs = [
      ...['', '{', 'null', '[]', '"x"', '\0\0\0', '{"session_id":7}', '{"cwd":"/nowhere"}', '\n'.repeat(5000)],
      Buffer.from([0xff, 0xfe, 0x00]),
      Buffer.alloc(3_000_000, 0x61),
      `{"session_id":"${'s'.repeat(5000)}","cwd":"${cwd}"}`,
      `{"session_id":"../../../x","cwd":"${cwd}","source":"compact"}`,
    ];
    const settings = join(home.home, '.claude/settings.json');
    for (const event of ['UserPromptSubmit', 'Stop', 'SessionEnd']) {
      for (const input of inputs) {
        const ran = await execute('/bin/sh', ['-c', hookCommand(settings, event)], { cwd, env: home.agentEnv, input });
        expect(ran).toEqual({ exit: 0, stdout: '', stderr: '' });
      }
    }
    await home.settled();
    const { checks } = await home.client(cwd).call('system.health', {});
    expect(checks.spool).toMatchObject({ waiting: 0 });
  });
});
