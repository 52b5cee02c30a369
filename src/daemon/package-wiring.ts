// What memory packages get from the rest: every feature that keeps something says how it goes in and comes out.
import type { Config } from '../config/schema.ts';
import { productVersion } from '../core/protocol.ts';
import type { Redactor } from '../core/redact.ts';
import { documentPacking } from '../features/documents/packed.ts';
import { entryPacking } from '../features/entries/packed.ts';
import { dayNumbers } from '../features/sessions/insights.ts';
import { sessionPackings, sessionsMeant } from '../features/sessions/packed.ts';
import { ageFilesLoader } from '../features/sync/keyring/load-age.ts';
import type { Membership } from '../features/sync/keyring/membership.ts';
import { makeOwnKeys, ownKeys } from '../features/sync/keyring/own-keys.ts';
import type { PackageNeeds } from '../features/sync/package/needs.ts';
import { streamCollector } from '../platform/memory.ts';
import { readStreamed, writeStreamed } from '../platform/package-files.ts';
import { createRandom } from '../platform/random.ts';
import type { Projects } from './projects.ts';
import type { Settings } from './settings.ts';

export interface PackageParts {
  readonly projects: () => Projects;
  readonly settings: Settings;
  readonly redactorOf: (rules: Config['privacy']['rules']) => Redactor;
  readonly clock: () => number;
  readonly monotonic: () => number;
  readonly breathe: () => Promise<void>;
  readonly isQuiet: () => boolean;
}

/** Packages of the projects of this installation, signed by its device. */
export function packageNeeds(parts: PackageParts, membership: Membership): PackageNeeds {
  const { projects, settings, redactorOf, clock, monotonic, breathe, isQuiet } = parts;
  const { needs } = membership;
  return {
    packings: [entryPacking, ...sessionPackings, documentPacking],
    sessionsMeant,
    store(projectId) {
      const store = projects().store(projectId);
      return { read: store.read, outside: store.outside, write: (work) => store.write(work) };
    },
    redactor: (projectId) => redactorOf(settings.at(projects().resolve(projectId).root).privacy.rules),
    self() {
      const { dev, deviceName } = needs.self();
      return { ws: membership.workspace, dev, deviceName };
    },
    ownKeys: () => makeOwnKeys(needs),
    recipient: async () => (await makeOwnKeys(needs)).box,
    boxKeys: async () => {
      const keys = await ownKeys(needs);
      return keys ? [keys.boxKey] : [];
    },
    async memberKey(dev) {
      const signer = (await membership.packKeys()).signer(dev);
      return signer && !signer.lastAccepted ? signer.publicKey : undefined;
    },
    age: ageFilesLoader,
    insights: dayNumbers,
    files: { write: writeStreamed, read: readStreamed },
    writer: productVersion,
    random: createRandom(),
    tidy: streamCollector(),
    ...{ clock, monotonic, breathe, isQuiet },
  };
}
