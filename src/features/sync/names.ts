// Names of objects on a remote. One strict pattern: whatever else lies there is left alone, and no name is ever a local path.
import { digitsId, idDigits } from './id-digits.ts';

const root = 'prsist1';
/** Stands for the user database, which belongs to no project. */
export const noProject = '00000000-0000-0000-0000-000000000000';

/** Where a log's packs lie, with the range they hold. */
export interface PackName {
  readonly is: 'pack';
  readonly name: string;
  readonly ws: string;
  /** `noProject` for the user database. */
  readonly project: string;
  readonly dev: string;
  readonly log: string;
  readonly from: number;
  readonly to: number;
  readonly rev: number;
  /** Length of the object in bytes: a listing with sizes shows a cut one. */
  readonly len: number;
  /** First 16 hex digits of its SHA-256. */
  readonly hash16: string;
  /** A companion with texts, not the records themselves. */
  readonly texts: boolean;
}

/** An announcement of the heads of a device's logs. */
export interface HeadsName {
  readonly is: 'heads';
  readonly name: string;
  readonly ws: string;
  readonly dev: string;
  readonly n: number;
  readonly hash16: string;
}

/** A version of the keyring. */
export interface KeyringName {
  readonly is: 'keyring';
  readonly name: string;
  readonly ws: string;
  readonly version: number;
}

/** Single records of many logs, by one device: what a new one begins with. */
export interface SnapshotName {
  readonly is: 'snapshot';
  readonly name: string;
  readonly ws: string;
  readonly project: string;
  readonly dev: string;
  /** How many records its maker held. */
  readonly n: number;
  readonly len: number;
  readonly hash16: string;
}

export type ObjectName = PackName | HeadsName | KeyringName | SnapshotName;

const id = '[a-z2-7]{26}';
const packForm = new RegExp(
  `^${root}/(${id})/p/(${id})/(${id})/(${id})/(\\d{12})-(\\d{12})\\.(\\d{1,9})\\.(\\d{1,9})\\.([0-9a-f]{16})\\.(pk|bk)$`,
);
const headsForm = new RegExp(`^${root}/(${id})/h/(${id})\\.(\\d{1,12})\\.([0-9a-f]{16})\\.hd$`);
const snapshotForm = new RegExp(`^${root}/(${id})/s/(${id})/(${id})/(\\d{1,12})\\.(\\d{1,9})\\.([0-9a-f]{16})\\.sn$`);
const keyringForm = new RegExp(`^${root}/(${id})/k/(\\d{1,9})\\.kr$`);

/** What an object's name says; undefined for a name that is none of ours. */
export function parseName(name: string): ObjectName | undefined {
  return packNamed(name) ?? headsNamed(name) ?? keyringNamed(name) ?? snapshotNamed(name);
}

function packNamed(name: string): PackName | undefined {
  const found = packForm.exec(name);
  if (!found) return undefined;
  const [ws, project, dev, log] = found.slice(1, 5).map((text) => digitsId(text));
  const [from, to, rev, len] = found.slice(5, 9).map(Number);
  const [hash16, ending] = found.slice(9);
  if (!ws || !project || !dev || !log || !hash16 || !from || !to || rev === undefined || !len || to < from)
    return undefined;
  const read: PackName = {
    is: 'pack',
    name,
    ws,
    project,
    dev,
    log,
    from,
    to,
    rev,
    len,
    hash16,
    texts: ending === 'bk',
  };
  return packName(read) === name ? read : undefined; // one object has one name: no leading zeros beyond ours
}

function headsNamed(name: string): HeadsName | undefined {
  const found = headsForm.exec(name);
  const [ws, dev] = (found ?? []).slice(1, 3).map((text) => digitsId(text));
  if (!found?.[4] || !ws || !dev) return undefined;
  const read: HeadsName = { is: 'heads', name, ws, dev, n: Number(found[3]), hash16: found[4] };
  return headsName(read) === name ? read : undefined;
}

function snapshotNamed(name: string): SnapshotName | undefined {
  const found = snapshotForm.exec(name);
  const [ws, project, dev] = (found ?? []).slice(1, 4).map((text) => digitsId(text));
  const [n, len] = (found ?? []).slice(4, 6).map(Number);
  if (!found?.[6] || !ws || !project || !dev || !n || !len) return undefined;
  const read: SnapshotName = { is: 'snapshot', name, ws, project, dev, n, len, hash16: found[6] };
  return snapshotName(read) === name ? read : undefined;
}

function keyringNamed(name: string): KeyringName | undefined {
  const found = keyringForm.exec(name);
  const ws = digitsId(found?.[1] ?? '');
  if (!found || !ws) return undefined;
  return { is: 'keyring', name, ws, version: Number(found[2]) };
}

/** Everything of one workspace. */
export function workspacePrefix(ws: string): string {
  return `${root}/${idDigits(ws)}/`;
}

export function announcementsPrefix(ws: string): string {
  return `${workspacePrefix(ws)}h/`;
}

export function keyringPrefix(ws: string): string {
  return `${workspacePrefix(ws)}k/`;
}

/** All packs of a project, or of one device in it. */
export function packsPrefix(ws: string, project?: string, dev?: string): string {
  const inProject = project === undefined ? '' : `${idDigits(project)}/`;
  return `${workspacePrefix(ws)}p/${inProject}${dev === undefined ? '' : `${idDigits(dev)}/`}`;
}

/** The name of a pack by what is in it. */
export function packName(pack: Omit<PackName, 'is' | 'name'>): string {
  const seqs = [pack.from, pack.to].map((seq) => String(seq).padStart(12, '0')).join('-');
  const file = `${seqs}.${pack.rev}.${pack.len}.${pack.hash16}.${pack.texts ? 'bk' : 'pk'}`;
  return `${packsPrefix(pack.ws, pack.project, pack.dev)}${idDigits(pack.log)}/${file}`;
}

/** Snapshots of a project. */
export function snapshotsPrefix(ws: string, project: string): string {
  return `${workspacePrefix(ws)}s/${idDigits(project)}/`;
}

/** The name of a snapshot. */
export function snapshotName({ ws, project, dev, n, len, hash16 }: Omit<SnapshotName, 'is' | 'name'>): string {
  return `${snapshotsPrefix(ws, project)}${idDigits(dev)}/${n}.${len}.${hash16}.sn`;
}

/** The name of an announcement. */
export function headsName(heads: Omit<HeadsName, 'is' | 'name'>): string {
  return `${announcementsPrefix(heads.ws)}${idDigits(heads.dev)}.${heads.n}.${heads.hash16}.hd`;
}
