// What the keys of devices and workspaces get from the rest.
import { join } from 'node:path';
import { readRecoveryWords } from '../config/recovery-words.ts';
import { Kept } from '../features/sync/keyring/kept.ts';
import { ageLoader } from '../features/sync/keyring/load-age.ts';
import { Membership } from '../features/sync/keyring/membership.ts';
import type { KeyNeeds } from '../features/sync/keyring/needs.ts';
import { logsOf } from '../features/sync/keyring/queries.ts';
import { addRemote, allRemotes } from '../features/sync/remotes/queries.ts';
import { allProjects } from '../features/system/queries.ts';
import { createFailpoint } from '../platform/failpoint.ts';
import { readText } from '../platform/files.ts';
import { hostName, systemPlatform } from '../platform/host.ts';
import type { Paths } from '../platform/paths.ts';
import { createRandom } from '../platform/random.ts';
import { pause } from '../platform/time.ts';
import type { Projects } from './projects.ts';
import { secretPlaces } from './secret-places.ts';
import type { Settings } from './settings.ts';

export interface KeyParts {
  readonly paths: Paths;
  readonly packageRoot: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly projects: () => Projects;
  readonly settings: Settings;
  readonly monotonic: () => number;
  readonly open: KeyNeeds['open'];
  readonly adopt: KeyNeeds['adopt'];
  readonly log: (event: string, details: Readonly<Record<string, string | number>>) => void;
}

/** Who belongs to the workspace of this installation. */
export function wireMembership(parts: KeyParts): Membership {
  const { paths, packageRoot, env, projects, settings, monotonic, open, adopt, log } = parts;
  const user = () => projects().user;
  return new Membership({
    ...{ monotonic, pause, open, adopt, failpoint: createFailpoint(env) },
    kept: new Kept(() => ({ read: user().read, write: (work) => user().write(work) })),
    seal: ageLoader,
    words: readRecoveryWords(packageRoot),
    random: createRandom(),
    places: secretPlaces({ paths, env, platform: systemPlatform() }),
    self: () => {
      const { ws, dev, user: person, name } = projects().identity;
      return { ws, dev, user: person, userName: name, deviceName: settings.config.device.name || hostName() };
    },
    redactionKey: () => (readText(join(paths.keys, 'redaction.key')) ?? '').trim(),
    remotes: () => remotesOf(projects()),
    addRemote: (remote) => remembered(projects(), remote),
    acceptedOf: (dev) => acceptedOf(projects(), dev),
    notice: (what, details) => log(what, details),
  });
}

function remotesOf({ user }: Projects): ReturnType<KeyNeeds['remotes']> {
  return user.read.all(allRemotes, {}).map(({ remote_id: id, name, kind, url }) => ({ id, name, kind, url }));
}

/** The remote a device joined through becomes one of its own; the known one where it is known already. */
async function remembered(projects: Projects, { name, kind, url }: Parameters<KeyNeeds['addRemote']>[0]) {
  const known = remotesOf(projects);
  const same = known.find((each) => each.url === url);
  if (same) return same;
  const isTaken = (wanted: string) => known.some((each) => each.name === wanted);
  const free = [name, ...known.map((_, n) => `${name}-${n + 2}`)].find((wanted) => !isTaken(wanted)) ?? name;
  const id = await projects.user.write((tx) => {
    const remote_id = tx.newId();
    tx.run(addRemote, { remote_id, name: free, kind, url, ws: projects.identity.ws, now: tx.now });
    return remote_id;
  });
  return { id, name: free, kind, url };
}

/** How far the logs of a device are known here, in every database. */
function acceptedOf(projects: Projects, dev: string): Record<string, number> {
  const ids = projects.user.read.all(allProjects, {}).map(({ project_id }) => project_id);
  const reads = [projects.user.read, ...ids.map((id) => projects.store(id).read)];
  return Object.fromEntries(reads.flatMap((read) => read.all(logsOf, { dev }).map(({ log, seq }) => [log, seq])));
}
