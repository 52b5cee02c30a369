// What there is to look at on a remote: announcements first, and the packs of whoever has something new.

import { type Announcement, openAnnouncement } from './announcement.ts';
import { announcementsPrefix, keyringPrefix, packsPrefix } from './names.ts';
import { type ListedPack, newestHeads, readListing } from './plan.ts';
import type { Run } from './run.ts';

export interface Look {
  readonly packs: readonly ListedPack[];
  /** Everything was listed: what is not there is gone. */
  readonly whole: boolean;
  /** Ids of projects of which everything has been listed, once all of theirs is here. */
  readonly projects: readonly string[];
  /** Newest announcements of devices that were looked at, to be noted when all of theirs is here. */
  readonly devices: readonly { readonly dev: string; readonly n: number; readonly names: string }[];
  readonly claims: readonly Announcement[];
}

const wholeEveryMs = 24 * 3_600_000;
/** With more directories than this, one listing of all is cheaper. */
const mostDirectories = 8;

/** Lists what may be new. Notes a remote that shows less than it did. */
export async function look(run: Run): Promise<Look> {
  const { parts, places } = run;
  const { ws } = parts.keys;
  const listed = run.pin(parts.user, 'listed', 'packs');
  const listedAt = listed?.n;
  const whole = parts.full === true || listedAt === undefined || parts.clock() - listedAt >= wholeEveryMs;
  const { heads } = readListing(await run.list(announcementsPrefix(ws)), ws);
  const newest = newestHeads(heads);
  const devices = [...newest].map(([dev, names]) => ({
    ...{
      dev,
      n: names[0]?.n ?? 0,
      names: names
        .map(({ name }) => name)
        .sort()
        .join(' '),
    },
  }));
  noteOlder(run, new Map(devices.map(({ dev, n }) => [dev, n])));
  if (whole) await lookAtKeyring(run);
  const changed = devices.filter(({ dev, names }) => run.pin(parts.user, 'device', dev)?.value !== names);
  const projects = places.flatMap((place) => place.ids);
  const known = new Set(listed?.value.split(' '));
  const fresh = projects.filter((id) => !known.has(id)); // cloned or linked here since: nobody announces that
  const some = whole || fresh.length > 0 ? devices : changed;
  if (some.length === 0 && !whole) return { packs: [], whole, projects, devices: [], claims: [] };
  const prefixes = whole ? [packsPrefix(ws)] : packDirectories(run, { devices: changed.map(({ dev }) => dev), fresh });
  const packs: ListedPack[] = [];
  for (const prefix of prefixes) packs.push(...readListing(await run.list(prefix), ws).packs);
  const ids = new Set(projects);
  const claims = await readClaims(
    run,
    some.flatMap(({ dev }) => newest.get(dev) ?? []),
  );
  return { packs: packs.filter(({ project }) => ids.has(project)), whole, projects, devices: some, claims };
}

interface Wanted {
  readonly devices: readonly string[];
  readonly fresh: readonly string[];
}

/** Whatever is new of devices, and everything of projects that were never looked at. */
function packDirectories({ parts, places }: Run, { devices, fresh }: Wanted): string[] {
  const { ws } = parts.keys;
  const old = places.flatMap(({ ids }) => ids).filter((id) => !fresh.includes(id));
  const all = [
    ...fresh.map((id) => packsPrefix(ws, id)),
    ...old.flatMap((id) => devices.map((dev) => packsPrefix(ws, id, dev))),
  ];
  return all.length > mostDirectories ? [packsPrefix(ws)] : all;
}

/** A device whose newest announcement is older than one that was seen here, or gone. */
function noteOlder(run: Run, now: ReadonlyMap<string, number>): void {
  for (const { id, n } of run.pins(run.parts.user, 'device')) {
    const shown = now.get(id) ?? 0;
    if (shown < n) run.findings.note({ is: 'rolled back', what: `announcements of device ${id}`, was: n, now: shown });
  }
}

async function lookAtKeyring(run: Run): Promise<void> {
  const { parts } = run;
  const { keyring } = readListing(await run.list(keyringPrefix(parts.keys.ws)), parts.keys.ws);
  const pinned = run.pin(parts.user, 'keyring', 'newest')?.n ?? 0;
  if (keyring < pinned) run.findings.note({ is: 'rolled back', what: 'the keyring', was: pinned, now: keyring });
  else if (keyring > pinned) {
    await parts.user.write((tx) => run.setPin(tx, 'keyring', { id: 'newest', n: keyring, value: '' }));
  }
}

async function readClaims(run: Run, heads: readonly Parameters<typeof openAnnouncement>[0][]): Promise<Announcement[]> {
  const { keys } = run.parts;
  const claims: Announcement[] = [];
  for (const name of heads) {
    const bytes = await run.small(name.name);
    const claim = bytes && openAnnouncement(name, bytes, keys);
    if (claim) claims.push(claim);
    else run.incomplete.add(name.dev);
  }
  return claims;
}
