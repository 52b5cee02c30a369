// Writes chains and evicts others until it is killed: node write-chains.ts <database> <seed> <strategy>
import { randomBytes } from 'node:crypto';
import { addLinks } from '../../src/features/cache/blocks.ts';
import { evictionOf, evictSlice } from '../../src/features/cache/evict.ts';
import { blockKey } from '../../src/features/cache/policies/eviction.ts';
import { evictionOf as policyOf } from '../../src/features/cache/policies/policy.ts';
import { packedLink } from '../../src/features/cache/segments.ts';
import { tellAsked, tellKept } from '../../src/features/cache/told-policy.ts';
import { atOnce } from '../../src/store/steps.ts';
import { Store } from '../../src/store/store.ts';
import { cacheMigration, chainNamed } from '../features/cache/world.ts';
import { storeSetting } from '../store/temporary-store.ts';

const [file = '', seed = '', strategy = ''] = process.argv.slice(2);
const { settings } = storeSetting({ directory: '/nowhere', migrations: [cacheMigration] });
const store = new Store({ ...settings, file, random: randomBytes, clock: Date.now });
const floors = { system: 0.4, template: 0.3, documentation: 0.2, dynamic: 0.1 };
const policy = strategy === 'value' || strategy === 'auto' ? policyOf(strategy, 300 * 300) : undefined;
if (policy) atOnce(tellKept(store.read, policy));
const room = { bytes: 1e9, blocks: 300, floors, held: new Set<number>(), policy };

for (let n = 0; ; n += 1) {
  const links = chainNamed(Array.from({ length: 40 }, (_, at) => (at < 10 ? `shared ${at}` : `${seed} ${n} ${at}`)));
  const packed = new Map(links.map((link, at) => [at, packedLink(link, true)]));
  await store.write((tx) => addLinks(tx, { links, packed, most: 25 }));
  await store.write((tx) => addLinks(tx, { links, packed, most: 25 }));
  if (policy) {
    tellAsked(
      policy,
      links.map(({ h }) => ({ key: blockKey(h), size: 300 })),
      Date.now(),
    );
  }
  if (n === 0) process.stdout.write('begun\n');
  const eviction = evictionOf(store.read);
  await store.write((tx) => evictSlice(tx, eviction, room, () => false));
}
