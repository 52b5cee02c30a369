// Writes chains and evicts others until it is killed: node write-chains.ts <database> <seed>
import { randomBytes } from 'node:crypto';
import { addLinks } from '../../src/features/cache/blocks.ts';
import { evictionOf, evictSlice, unusedLongest } from '../../src/features/cache/evict.ts';
import { packedLink } from '../../src/features/cache/segments.ts';
import { Store } from '../../src/store/store.ts';
import { cacheMigration, chainNamed } from '../features/cache/world.ts';
import { storeSetting } from '../store/temporary-store.ts';

const [file = '', seed = ''] = process.argv.slice(2);
const { settings } = storeSetting({ directory: '/nowhere', migrations: [cacheMigration] });
const store = new Store({ ...settings, file, random: randomBytes, clock: Date.now });
const floors = { system: 0.4, template: 0.3, documentation: 0.2, dynamic: 0.1 };
const room = { bytes: 1e9, blocks: 300, floors, held: new Set<string>(), victims: unusedLongest };

for (let n = 0; ; n += 1) {
  const links = chainNamed(Array.from({ length: 40 }, (_, at) => (at < 10 ? `shared ${at}` : `${seed} ${n} ${at}`)));
  const packed = new Map(links.map((link, at) => [at, packedLink(link, true)]));
  await store.write((tx) => addLinks(tx, { links, packed, most: 25 }));
  await store.write((tx) => addLinks(tx, { links, packed, most: 25 }));
  if (n === 0) process.stdout.write('begun\n');
  const eviction = evictionOf(store.read);
  await store.write((tx) => evictSlice(tx, eviction, room, () => false));
}
