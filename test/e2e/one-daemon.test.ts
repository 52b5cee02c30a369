// Exactly one daemon, and nothing left running or lying.
import fs from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { readEndpoint } from '../../src/client/endpoint.ts';
import { formatSpoolEvent } from '../../src/core/spool-event.ts';
import { signal } from '../../src/platform/process.ts';
import { count } from '../harness/crash.ts';
import { createHome, ended, execute, type Home, sockets, spooled, state, until } from '../harness/home.ts';
import { createRepository } from '../harness/repository.ts';
import { seeded } from '../harness/seed.ts';
import { startRace } from '../harness/start-race.ts';

let home: Home;
let cwd: string;
beforeEach(async () => {
  home = createHome();
  cwd = createRepository(home).path;
  await home.json(['init', '--no-import'], { cwd });
});
afterEach(() => home.remove());

function lay(word: string): void {
  const body = Buffer.from(JSON.stringify({ session_id: 'late', cwd, prompt: `typed ${word}` }));
  const path = join(home.paths.spool, word);
  const header = { agent: 'codex', event: 'UserPromptSubmit', pwd: cwd, args: [] };
  fs.writeFileSync(`${path}.tmp`, formatSpoolEvent(header, body), { mode: 0o600 });
  fs.renameSync(`${path}.tmp`, `${path}-0.evt`);
}

describe('T7: one daemon', () => {
  for (const before of ['nothing before', 'one killed before', 'one leaving'] as const) {
    test(`T7: 50 processes start a daemon at once, ${before}: one serves, all are served, none is left`, async () => {
      if (before === 'one killed before') await home.kill();
      else {
        const leaving = home.prsist(['daemon', 'stop']);
        if (before === 'nothing before') await leaving;
      }
      const race = await startRace(home, { cwd, starts: 50, clients: 20 });
      expect(race).toEqual({ running: 1, pids: 1, served: 20, zombies: 0, sockets: 1 });
    });
  }

  test('T7: a daemon that leaves for idleness leaves no event behind', { timeout: 60_000 }, async () => {
    await home.prsist(['daemon', 'stop']);
    const random = seeded('T7');
    for (let n = 0; n < 12; n += 1) {
      const child = await home.serve({ PRSIST_IDLE_EXIT_MS: '60' });
      // some before it leaves, some while it does, some after; then what a session start does
      const leaving = ended(child);
      await Promise.race([leaving, until('a moment', () => random.below(12) === 0)]);
      lay(`idle${n}`);
      await execute(join(home.paths.bin, 'prsist-start'), [home.paths.state], { env: home.env, cwd: home.home });
      await until('the event is taken in', () => spooled(home.paths.spool) === 0);
      for (const pid of home.processes()) signal(pid, 'SIGTERM'); // it may have left by itself
      await until('it has left', () => home.processes().every((pid) => state(pid) === 'Z'));
    }
    for (let n = 0; n < 12; n += 1) expect(count(home, `typed idle${n}"`)).toBe(1);
  });

  test('T7: told to leave under load it finishes what it has begun and refuses the rest; nothing is lost', async () => {
    await home.prsist(['daemon', 'stop']);
    const child = await home.serve();
    const client = home.client(cwd);
    const stored = [...Array(60).keys()].map((n) => client.call('context.store', { key: `load${n}`, value: n }));
    for (let n = 0; n < 20; n += 1) lay(`load${n}`);
    child.kill('SIGTERM');
    await ended(child);
    expect(child.exitCode).toBe(0);
    await Promise.all(stored);
    await home.settled();
    expect((await client.call('context.list', { limit: 500 })).items).toHaveLength(60);
    await home.prsist(['daemon', 'stop']);
    for (let n = 0; n < 20; n += 1) expect(count(home, `typed load${n}"`)).toBe(1);
    expect([home.processes(), sockets(home.paths), fs.existsSync(home.paths.endpoint)]).toEqual([[], [], false]);
  });

  test('T7: a hung daemon is not joined by a second one; its lock goes with its process', async () => {
    const { pid } = readEndpoint(home.paths.endpoint) ?? {};
    if (pid === undefined) throw new Error('no daemon');
    process.kill(pid, 'SIGSTOP');
    const second = home.daemon();
    await ended(second);
    expect([second.exitCode, fs.existsSync(home.paths.startError)]).toEqual([0, false]);
    const asked = home.client(cwd, { timeoutMs: 300, slowMs: 100 }).call('project.show', {});
    await expect(asked).rejects.toMatchObject({ code: 'daemon/wedged' });
    expect((await home.prsist(['daemon', 'stop', '--force'])).exit).toBe(0);
    await home.serve();
    expect(readEndpoint(home.paths.endpoint)?.pid).not.toBe(pid);
  });

  test('T7: with its socket gone a client starts another once the first has left', async () => {
    const { socket, pid } = readEndpoint(home.paths.endpoint) ?? {};
    if (pid === undefined || socket === undefined) throw new Error('no daemon');
    fs.rmSync(home.paths.endpoint);
    process.kill(pid, 'SIGTERM');
    expect(await home.client(cwd).call('project.show', {})).toMatchObject({ success: true });
    expect(readEndpoint(home.paths.endpoint)?.pid).not.toBe(pid);
    expect(sockets(home.paths)).toHaveLength(1);
  });
});
