// A device in a process of its own, to be killed: node sync-child.ts <directory> <number> <remote> <write|sync> [<lines>]
// Prints what became of a run as one line of JSON.

import { randomBytes } from 'node:crypto';
import fs from 'node:fs';
import { join } from 'node:path';
import { sync } from '../../src/features/sync/engine.ts';
import { createFailpoint } from '../../src/platform/failpoint.ts';
import { logMarks, packFiles } from '../../src/platform/pack-files.ts';
import { breathe } from '../../src/platform/time.ts';
import { Store } from '../../src/store/store.ts';
import { deviceId, members, project, syncMigrations, user, ws } from '../features/sync/sync-world.ts';
import { withNotes, writeLine, writeNote } from '../store/notes.ts';
import { storeSetting } from '../store/temporary-store.ts';
import { directoryRemote } from './directory-remote.ts';
import { packKeys } from './pack-keys.ts';

const [directory = '', number = '1', place = '', what = '', lines = '0'] = process.argv.slice(2);
const dev = deviceId(Number(number));
fs.mkdirSync(directory, { recursive: true, mode: 0o700 });

function open(kind: 'user' | 'project'): Store {
  const { settings } = storeSetting({
    ...{ ...withNotes, migrations: syncMigrations, directory, kind, random: randomBytes },
    identity: { ws, dev, user, project: kind === 'user' ? null : project },
  });
  return new Store({ ...settings, file: join(directory, `${kind}.db`), clock: Date.now });
}

const [mine, store] = [open('user'), open('project')];
if (what === 'write') {
  await store.write((tx) => {
    for (let i = 0; i < Number(lines); i += 1) writeLine(tx, `line ${i} of ${number}`);
    writeNote(tx, `note ${number} ${store.log.seq}`, 'long '.repeat(1_000) + store.log.seq);
  });
} else {
  const report = await sync({
    ...{ remote: directoryRemote(place), remoteId: 'remote', user: mine, writer: 'test', random: randomBytes, breathe },
    keys: packKeys(dev, members),
    projects: [{ project, use: (work) => work(store) }],
    ...{ shelf: packFiles(join(directory, 'packs')), marks: logMarks(join(directory, 'marks.json')) },
    ...{ clock: Date.now, monotonic: () => performance.now(), failpoint: createFailpoint() },
    signal: new AbortController().signal,
  });
  process.stdout.write(`${JSON.stringify(report)}\n`);
}
store.close();
mine.close();
