import fs from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { failpointNames, sealingFailpoints, snapshotFailpoints, syncFailpoints } from '../../src/platform/failpoint.ts';
import { signal } from '../../src/platform/process.ts';
import { findings, withStore } from '../harness/audit.ts';
import { type Crash, type Crashed, crash, type Failpoint } from '../harness/crash.ts';
import { createHome, ended, type Home, until } from '../harness/home.ts';
import { createRepository } from '../harness/repository.ts';

let home: Home;
let cwd: string;
beforeAll(async () => {
  home = createHome();
  cwd = createRepository(home).path;
  await home.json(['init', '--no-import'], { cwd });
  await home.kill();
  // what only a first start does is done
  const first = await home.serve();
  first.kill('SIGTERM');
  await ended(first);
});
afterAll(() => home.remove());

type By = Crash['by'];
/** What is on disk when the daemon has died there for the first time the operation came by. */
type Left = Partial<Pick<Crashed, 'before' | 'spooled' | 'endpoint'>>;
interface Case {
  readonly by: By;
  readonly nth: number;
  readonly left: Left;
}
const event = (nth: number, left: Left): Case => ({ by: 'event', nth, left });
const request = (nth: number, left: Left): Case => ({ by: 'request', nth, left });

/** An event writes twice: that its agent was seen, in the user database, then what it says. */
const cases: Readonly<
  Record<Exclude<Failpoint, keyof typeof keepingCases | (typeof asides)[number]>, readonly Case[]>
> = {
  'spool.renamed': [event(1, { before: 0, spooled: 1 })],
  'ingest.parsed': [event(1, { before: 0, spooled: 1 })],
  'tx.begun': [event(1, { before: 0, spooled: 1 }), event(2, { before: 0, spooled: 1 }), request(1, { before: 0 })],
  'record.inserted': [event(1, { before: 0, spooled: 1 }), request(1, { before: 0 })],
  'projection.applied': [event(1, { before: 0, spooled: 1 }), request(1, { before: 0 })],
  'tx.before-commit': [
    event(1, { before: 0, spooled: 1 }),
    event(2, { before: 0, spooled: 1 }),
    request(1, { before: 0 }),
  ],
  'tx.after-commit': [
    event(1, { before: 0, spooled: 1 }),
    event(2, { before: 1, spooled: 1 }),
    request(1, { before: 1 }),
  ],
  'spool.before-delete': [event(1, { before: 1, spooled: 1 })],
  'lock.taken': [{ by: 'start', nth: 1, left: { endpoint: false } }],
  'endpoint.renamed': [{ by: 'start', nth: 1, left: { endpoint: true } }],
};

/** What the daemon was asked for when it died, and leaves behind nothing half done. */
const keepingCases = {
  'mirror.copied': ['context', 'store', 'vital', 'must not be lost', '--priority', 'critical'],
  'rebuild.dropped': ['store', 'rebuild'],
  'rebuild.half': ['store', 'rebuild'],
  'backup.half': ['backup'],
  'restore.swapped': ['restore', 'the copy'],
} as const;

/** Theirs are in tensors.test.ts: they need an engine. */
const tensorNames = ['tensor.sealed', 'tensor.renamed'] as const;
/** In devices.test.ts. */
const keyNames = ['keyring.put'] as const;
/** All that are tried elsewhere: of synchronisation in sync-killed.test.ts, of sealing again in compact.test.ts, of snapshots in snapshots-killed.test.ts. */
const asides = [...tensorNames, ...syncFailpoints, ...sealingFailpoints, ...snapshotFailpoints, ...keyNames] as const;

describe('T2: a daemon that dies at a failpoint', () => {
  test('every failpoint has a case', () => {
    const known = [...Object.keys(cases), ...Object.keys(keepingCases), ...asides];
    expect(known).toEqual([...failpointNames]);
  });

  for (const [name, found] of Object.entries(cases)) {
    for (const { by, nth, left } of found) {
      test(`T2: ${name}, ${by}, time ${nth}`, async () => {
        const got = await crash(home, cwd, { name: name as Failpoint, action: 'kill', nth, by });
        expect(got).toMatchObject({ died: true, after: by === 'start' ? 0 : 1, problems: [], sockets: 1, ...left });
      });
    }
  }
});

describe('T2: a daemon that dies while it keeps the memory', () => {
  test.each(Object.entries(keepingCases))('T2: %s', async (name, asked) => {
    const before = await home.json(['context', 'store', 'kept', `before ${name}`], { cwd });
    expect(before.success).toBe(true);
    const copy = await home.json(['backup'], { cwd });
    const path = String((copy.result as { path: string }).path);
    const argv = asked.map((word) => (word === 'the copy' ? path : word));
    await killed();
    const child = await home.serve({ PRSIST_FAILPOINT: `${name}:kill` });
    const dead = ended(child);
    const said = await home.prsist(argv, { cwd }); // cut off, or answered before
    await dead;
    expect(child.signalCode, `it left with ${child.exitCode}; ${said.stdout}${said.stderr}`).toBe('SIGKILL');
    await home.json(argv, { cwd });
    expect((await home.json(['context', 'get', 'kept'], { cwd })).value).toBe(`before ${name}`);
    await stopped();
    expect(findings(home)).toEqual([]);
    const left = fs.readdirSync(home.root, { recursive: true }).map(String);
    expect(left.filter((file) => /\.(unfinished|restoring)/.test(file))).toEqual([]);
    if (name === 'mirror.copied') expect(mirroredTexts()).toContain('must not be lost');
  });
});

/** Also a second one that was started meanwhile and waits for the lock. */
async function killed(): Promise<void> {
  await until('nothing runs', () => {
    for (const pid of home.processes()) signal(pid, 'SIGKILL');
    return home.processes().length === 0;
  });
}

async function stopped(): Promise<void> {
  await home.prsist(['daemon', 'stop']);
  await until('nothing runs', () => home.processes().length === 0);
}

function mirroredTexts(): string {
  return withStore(home.paths.userDatabase, ({ statements }) =>
    JSON.stringify(statements.all('select body from mirror_records', [])),
  );
}

test('T2: a start that fails half way leaves no process that holds the lock', async () => {
  const got = await crash(home, cwd, { name: 'endpoint.renamed', action: 'error', nth: 1, by: 'start' });
  expect(got).toMatchObject({ died: false, endpoint: true, sockets: 1, problems: [] });
  expect(home.processes()).toEqual([]);
});

test('T2: without PRSIST_HOME there are no failpoints', async () => {
  const { createFailpoint } = await import('../../src/platform/failpoint.ts');
  expect(() => createFailpoint({ PRSIST_FAILPOINT: 'tx.begun:error' })('tx.begun')).not.toThrow();
  expect(() => createFailpoint({ PRSIST_HOME: '/p', PRSIST_FAILPOINT: 'tx.begun:error' })('tx.begun')).toThrow();
});
