// A process that puts objects until it is killed: argv holds the address of a remote, a directory for it, and names.
import { openRemote } from '../../../src/features/sync/remotes/open.ts';
import { writerBytes } from './writer-bytes.ts';

const [url = '', desks = '', ...names] = process.argv.slice(2);
const remote = openRemote(url, { home: desks, desks });
process.stdout.write('put\n'); // the first tells that it has begun
for (const name of names) {
  await remote.putIfAbsent([{ name, bytes: writerBytes(name) }], new AbortController().signal);
  process.stdout.write('put\n');
}
setInterval(() => undefined, 60_000);
