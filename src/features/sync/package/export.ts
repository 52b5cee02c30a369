// Writes a memory package: one file of age that holds fresh records of what a project remembers.
import { createHash } from 'node:crypto';
import { PrsistError } from '../../../core/errors.ts';
import { uuidV7 } from '../../../core/ids.ts';
import { limits } from '../../../core/limits.ts';
import type { Parsed } from '../../../core/operation.ts';
import type { JobContext } from '../../feature.ts';
import { type PackedChoice, type PackedKind, packedKinds } from '../../packed.ts';
import type { packageContract } from '../contract-packages.ts';
import { toBase64 } from '../keyring/canonical-file.ts';
import type { SealTo } from './age-files.ts';
import { type Frame, frame, frameTypes, packageMark } from './frames.ts';
import { drafted, emptyTally, leaveAfterAll, type Tally, walked } from './giving.ts';
import { endBytes, endName, type Manifest, manifestBytes } from './manifest.ts';
import type { PackageNeeds } from './needs.ts';
import { Packer } from './packer.ts';
import { sealed, tidied } from './sealing.ts';

type Input = Parsed<(typeof packageContract)['package.export']>;
type Result = Record<string, unknown>;

interface Exporting {
  readonly needs: PackageNeeds;
  readonly context: JobContext;
  readonly input: Input;
  readonly choice: PackedChoice;
  readonly kinds: readonly PackedKind[];
  readonly tally: Tally;
}

/** Makes a package of a project, or only counts what would go in. */
export function exportPackage(needs: PackageNeeds) {
  return async (context: JobContext, input: Input): Promise<Result> => {
    requirePerson(context);
    const read = needs.store(context.project.id).read;
    const sessions = input.sessions?.length ? JSON.stringify(needs.sessionsMeant(read, input.sessions)) : null;
    const since = input.since === undefined ? 0 : Date.parse(input.since);
    const choice = { sensitive: input.include_sensitive, since, sessions, now: context.now };
    const exporting = { needs, context, input, choice, kinds: kindsOf(input) };
    const counted = await survey({ ...exporting, tally: emptyTally() });
    const { content, left_out } = counted;
    if (input.dry_run) return { dry_run: true, content, left_out };
    if (input.path === undefined) throw new PrsistError('input/invalid', 'path is missing', { field: 'path' });
    return write({ ...exporting, tally: emptyTally() }, { path: input.path, counted });
  };
}

/** What a memory holds leaves it when a person says so. */
export function requirePerson({ caller }: JobContext): void {
  if (caller.origin === 'human') return;
  throw new PrsistError('auth/refused', 'a package is made and taken in by a person', {
    hint: 'type it in a terminal of your own',
  });
}

function kindsOf({ kinds }: Input): readonly PackedKind[] {
  return kinds?.length ? packedKinds.filter((kind) => kinds.includes(kind)) : packedKinds;
}

function all({ needs, context, choice, kinds, tally }: Exporting) {
  const packings = needs.packings.filter(({ kind }) => kinds.includes(kind));
  return walked(needs.store(context.project.id).read, packings, choice, tally);
}

/** Counts what there is, in slices. */
async function survey(exporting: Exporting): Promise<Tally> {
  const turn = turns(exporting);
  let seen = 0;
  for (const _ of all(exporting)) {
    seen += 1;
    await turn({ phase: 'counting', things: seen });
  }
  return exporting.tally;
}

/** Lets others have their turn where a slice is over; throws where the job was called off. */
function turns({ needs, context }: Exporting) {
  let begun = needs.monotonic();
  return async (progress: Result): Promise<void> => {
    if (needs.monotonic() - begun < limits.sliceMs) return;
    if (context.cancelled()) throw new PrsistError('daemon/draining', 'the export was called off: no file was made');
    context.report(progress);
    await needs.breathe();
    begun = needs.monotonic();
  };
}

interface Writing {
  readonly path: string;
  readonly counted: Tally;
}

async function write(exporting: Exporting, { path, counted }: Writing): Promise<Result> {
  const { needs, input, tally } = exporting;
  const begun = needs.monotonic();
  const manifest = await manifestOf(exporting, counted);
  const to = await sealTo(needs, input);
  const told = { records: 0, packs: 0, bytes: 0 };
  const chunks = await sealed(await needs.age(), plainBytes(exporting, manifest, told), to);
  const { bytes } = await needs.files.write(path, tidied(chunks, limits.packagePackBytes, needs.tidy));
  const { content, left_out, redacted } = tally;
  return {
    ...{ path, package_id: manifest.package, bytes, content, left_out, redacted, records: told.records },
    ...{ plain_bytes: told.bytes, total_ms: Math.round(needs.monotonic() - begun) },
    sealed_to: 'passphrase' in to ? 'a passphrase' : to.recipients,
    include_sensitive: input.include_sensitive,
  };
}

async function sealTo(needs: PackageNeeds, { passphrase, recipients = [] }: Input): Promise<SealTo> {
  if ((passphrase === undefined) === (recipients.length === 0)) {
    throw new PrsistError('input/invalid', 'a package is sealed with a passphrase, or to recipients: say which', {
      ...{ field: 'recipients', hint: 'prsist export --passphrase, or --to age1…' },
    });
  }
  return passphrase === undefined ? { recipients } : { passphrase, salt: needs.random(16) };
}

async function manifestOf(exporting: Exporting, { content, left_out }: Tally): Promise<Manifest> {
  const { needs, context, input, choice, kinds } = exporting;
  const { ws, dev, deviceName } = needs.self();
  const { publicKey } = await needs.ownKeys();
  const id = () => uuidV7(needs.clock(), needs.random(10));
  return {
    ...{ format: 1, package: id(), made_at: new Date(needs.clock()).toISOString(), writer: needs.writer, ws, dev },
    ...{ project: { id: context.project.id, name: context.project.name }, device: deviceName, log: id() },
    ...{ sign: toBase64(publicKey), key: toBase64(needs.random(32)), content, left_out },
    filters: {
      ...{ include_sensitive: input.include_sensitive, kinds: [...kinds], insights: input.insights },
      since: input.since ?? null,
      sessions: choice.sessions === null ? [] : (JSON.parse(choice.sessions) as string[]).slice(0, 1_000), // made above
    },
  };
}

type Told = { records: number; packs: number; bytes: number };

/** Everything that is sealed. told: changed in place, so that it can be told when all is written. */
async function* plainBytes(exporting: Exporting, manifest: Manifest, told: Told): AsyncGenerator<Uint8Array> {
  const { needs, context, input } = exporting;
  const keys = await needs.ownKeys();
  const hash = createHash('sha256');
  const out = (pieces: readonly Buffer[]): Uint8Array => {
    const bytes = Buffer.concat(pieces);
    hash.update(bytes);
    return bytes;
  };
  yield out([packageMark, ...frame(frameTypes.manifest, 'manifest.json', manifestBytes(manifest)).whole]);
  for await (const { whole } of packs(exporting, manifest, told)) yield out(whole);
  if (input.insights) {
    const { read } = needs.store(context.project.id);
    const bytes = Buffer.from(JSON.stringify(needs.insights(read, exporting.choice.since)));
    yield out(frame(frameTypes.insights, 'insights.json', bytes).whole);
  }
  const end = endBytes(told, hash.digest(), keys);
  yield Buffer.concat(frame(frameTypes.end, endName, end).whole);
}

async function* packs(exporting: Exporting, manifest: Manifest, told: Told): AsyncGenerator<Frame> {
  const { needs, context, tally } = exporting;
  const { sign } = await needs.ownKeys();
  const { ws, dev, log, project } = manifest;
  const key = Buffer.from(manifest.key, 'base64url');
  const { writer, random } = needs;
  const packer = new Packer({ ws, dev, log, project: project.id, key, sign, writer, random });
  const redactor = needs.redactor(context.project.id);
  const turn = turns(exporting);
  for (const found of all(exporting)) {
    if (found) {
      const draft = drafted(found, redactor, tally);
      if (!draft || !packer.add(draft)) leaveAfterAll(tally, found);
      if (packer.isFull) yield* packer.flush();
      if (packer.plain > limits.packageBytes || packer.records > limits.packageRecords) throw tooMuch(packer);
    }
    await turn({ phase: 'writing', records: packer.records, bytes: packer.plain });
  }
  yield* packer.flush();
  Object.assign(told, { records: packer.records, packs: packer.packs, bytes: packer.plain });
}

function tooMuch({ records, plain }: Packer): PrsistError {
  return new PrsistError('limit/too-large', `a package holds no more than this: ${records} records, ${plain} bytes`, {
    hint: 'make several: --since, --session, --kinds',
  });
}
