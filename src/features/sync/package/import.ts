// Takes a memory package in. It is read twice: the first time everything is checked and nothing written, so that whatever
// is wrong with it, the memory is as it was.
import { PrsistError } from '../../../core/errors.ts';
import { limits } from '../../../core/limits.ts';
import type { Parsed } from '../../../core/operation.ts';
import type { Redactor } from '../../../core/redact.ts';
import type { Read, Write } from '../../../store/record-type.ts';
import type { JobContext } from '../../feature.ts';
import { type MergeStrategy, mergeStrategies, type Outcome, type PackedKind, type Packing } from '../../packed.ts';
import type { packageContract } from '../contract-packages.ts';
import type { OpenWith } from './age-files.ts';
import { arrivedFrom, type Sender, senderOf, takingIn } from './arriving.ts';
import { requirePerson } from './export.ts';
import { countImport, endImport, type ImportNote, importNote, keepImport } from './import-queries.ts';
import type { PackageNeeds } from './needs.ts';
import { type Insights, type PackedRecord, type Piece, ReadOnce, readPackage } from './reading.ts';
import { opened, tidied } from './sealing.ts';

type Input = Parsed<(typeof packageContract)['package.import']>;
type Result = Record<string, unknown>;
type Outcomes = Partial<Record<Outcome, number>>;

interface Importing {
  readonly needs: PackageNeeds;
  readonly context: JobContext;
  readonly input: Input;
  readonly using: OpenWith;
  readonly packings: ReadonlyMap<string, Packing>;
  readonly once: ReadOnce;
}

/** Takes in what a package holds, or tells what would come of it. */
export function importPackage(needs: PackageNeeds) {
  return async (context: JobContext, input: Input): Promise<Result> => {
    requirePerson(context);
    const begun = needs.monotonic();
    const { passphrase, identities } = input;
    const using = { passphrase, identities, keys: await needs.boxKeys() };
    const packings = new Map(
      needs.packings.flatMap((packing) => packing.names.map((name) => [name, packing] as const)),
    );
    const importing = { needs, context, input, using, packings, once: new ReadOnce() };
    const looked = await look(importing);
    if (input.dry_run) return { dry_run: true, ...told(looked), strategies: looked.strategies };
    const done = await take(importing, looked);
    return { ...told(looked), ...done, strategy: input.strategy, total_ms: Math.round(needs.monotonic() - begun) };
  };
}

interface Looked {
  readonly sender: Sender;
  readonly records: number;
  readonly plain: number;
  readonly unknown: number;
  readonly redacted: Record<string, number>;
  readonly insights: Insights;
  /** For a dry run: what each strategy would do. */
  readonly strategies: Record<MergeStrategy, Partial<Record<PackedKind, Outcomes>>>;
}

function told({ sender, records, unknown, insights, redacted }: Looked): Result {
  const { package: package_id, project, made_at, device, dev, filters, content, left_out } = sender.manifest;
  return {
    ...{ package_id, name: project.name, made_at, device, dev, is_member: sender.isMember, records, unknown },
    ...{ filters, content, left_out, insights, redacted },
  };
}

function piecesOf({ needs, input, using, once }: Importing) {
  const file = needs.files.read(input.path);
  async function* plain(): AsyncGenerator<Uint8Array> {
    yield* tidied(opened(await needs.age(), file, using), limits.packagePackBytes, needs.tidy);
  }
  return readPackage(plain(), once);
}

/** Reads and checks all of it. For a dry run everything is asked what would become of it. */
async function look(importing: Importing): Promise<Looked> {
  const { needs, context, input } = importing;
  const [turn, redactor] = [turns(importing), input.dry_run ? needs.redactor(context.project.id) : undefined];
  const strategies = { smart: {}, ours: {}, theirs: {}, 'keep-both': {} };
  const looked = { records: 0, plain: 0, unknown: 0, redacted: {}, insights: [] as Insights, strategies };
  let sender: Sender | undefined;
  for await (const piece of piecesOf(importing)) {
    if (piece.is === 'manifest') sender = await senderOf(needs, piece.manifest, context.project.id);
    else if (piece.is === 'insights') looked.insights = piece.insights;
    else if (sender) {
      for (const record of piece.records) {
        lookAt(importing, record, { sender, redactor, looked });
        await turn({ phase: 'checking', records: looked.records });
      }
    }
  }
  if (!sender) throw new PrsistError('internal', 'a package without a beginning was read to its end');
  return { ...looked, sender };
}

interface Looking {
  readonly sender: Sender;
  readonly redactor: Redactor | undefined;
  readonly looked: { records: number; unknown: number; redacted: Record<string, number> } & Pick<Looked, 'strategies'>;
}

function lookAt({ needs, context, input, packings }: Importing, record: PackedRecord, looking: Looking): void {
  const { sender, looked } = looking;
  looked.records += 1;
  const packing = packings.get(record.name);
  if (!packing) {
    looked.unknown += 1;
    return;
  }
  const arrived = arrivedFrom(record, packing, { ...looking, counts: looked.redacted });
  if (!input.dry_run) return;
  const { outside } = needs.store(context.project.id);
  const outcomeOf = (strategy: MergeStrategy) => packing.take(outside, arrived, takingIn(sender, strategy)).outcome;
  const first = outcomeOf('smart');
  // what does not meet anything of ours is the same in all of them
  const isSame = first === 'new' || first === 'left';
  if (packing.isThing?.(record.name, arrived.fields) === false) return;
  for (const strategy of mergeStrategies) {
    const outcome = isSame || strategy === 'smart' ? first : outcomeOf(strategy);
    addTo(looked.strategies[strategy], packing.kind, outcome);
  }
}

function addTo(all: Partial<Record<PackedKind, Outcomes>>, kind: PackedKind, outcome: Outcome): void {
  const outcomes = all[kind] ?? {};
  outcomes[outcome] = (outcomes[outcome] ?? 0) + 1;
  all[kind] = outcomes;
}

/** Lets others have their turn where a slice is over; throws where the job was called off. */
function turns({ needs, context }: Pick<Importing, 'needs' | 'context'>) {
  let begun = needs.monotonic();
  return async (progress: Result): Promise<void> => {
    if (needs.monotonic() - begun < limits.sliceMs) return;
    if (context.cancelled())
      throw new PrsistError('daemon/draining', 'the import was called off: nothing was taken in');
    context.report(progress);
    await needs.breathe();
    begun = needs.monotonic();
  };
}

interface Taking {
  readonly outcomes: Partial<Record<PackedKind, Outcomes>>;
  readonly redacted: Record<string, number>;
  added: number;
  done: number;
}

/** Reads it once more, and writes. Whatever stops it half way, again goes on from there. */
async function take(importing: Importing, { sender, records }: Looked): Promise<Result> {
  const { needs, context, input } = importing;
  const store = needs.store(context.project.id);
  const { manifest, source, isMember } = sender;
  const package_id = manifest.package;
  const started_at = needs.clock();
  const about = { package_id, source, name: manifest.project.name, dev: manifest.dev, strategy: input.strategy };
  const note: ImportNote = {
    ...{ ...about, is_member: isMember, added: addedBefore(store.read, package_id), started_at },
    ...{ ended_at: null, undone_at: null },
  };
  await store.write((tx) => tx.run(keepImport, { package_id, value: JSON.stringify(note) }));
  importing.once.again();
  const taking: Taking = { outcomes: {}, redacted: {}, added: 0, done: 0 };
  for await (const batch of batches(piecesOf(importing), package_id)) {
    for (let at = 0; at < batch.length; ) {
      if (context.cancelled()) break;
      const rest = batch.slice(at);
      at += await store.write((tx) => tx.bulk(() => takeSome(importing, tx, rest, { sender, taking })));
      context.report({ phase: 'taking in', records: `${taking.done} of ${records}` });
      await needs.breathe();
    }
    if (context.cancelled()) break;
  }
  if (!context.cancelled()) await store.write((tx) => tx.run(endImport, { package_id, at: needs.clock() }));
  const { outcomes, redacted, added } = taking;
  return { outcomes, redacted, records_added: added };
}

/** Records of several packs: a commit costs as much as many of them. Never much more than a pack may hold is held. */
async function* batches(pieces: AsyncIterable<Piece>, package_id: string): AsyncGenerator<readonly PackedRecord[]> {
  let [held, bytes]: [PackedRecord[], number] = [[], 0];
  for await (const piece of pieces) {
    if (piece.is === 'manifest' && piece.manifest.package !== package_id) {
      throw new PrsistError('package/unreadable', 'another package was put in its place while it was read');
    }
    if (piece.is !== 'records') continue;
    held = [...held, ...piece.records];
    bytes += piece.bytes;
    if (bytes < limits.packageBatchBytes) continue;
    yield held;
    [held, bytes] = [[], 0];
  }
  if (held.length > 0) yield held;
}

/** What came in with it before, unless that was undone. */
function addedBefore(read: Read, package_id: string): number {
  const value = read.one(importNote, { package_id })?.value;
  const before = value === undefined ? undefined : (JSON.parse(value) as ImportNote); // kept below
  return before && before.undone_at === null ? before.added : 0;
}

const leastTaken = 64;

/** As many as fit a slice, in one transaction; how many that were. */
function takeSome(
  { needs, context, input, packings }: Importing,
  tx: Write,
  records: readonly PackedRecord[],
  { sender, taking }: { readonly sender: Sender; readonly taking: Taking },
): number {
  const begun = needs.monotonic();
  const redactor = needs.redactor(context.project.id);
  const how = takingIn(sender, input.strategy);
  const [outcomes, redacted]: [Partial<Record<PackedKind, Outcomes>>, Record<string, number>] = [{}, {}];
  const appended = { count: 0 };
  const into = counting(tx, appended);
  const sliceMs = needs.isQuiet() ? limits.bulkSliceMs : limits.sliceMs;
  let taken = 0;
  for (const record of records) {
    const packing = packings.get(record.name);
    if (packing) {
      const arrived = arrivedFrom(record, packing, { sender, redactor, counts: redacted, isChecked: true });
      const { outcome, write } = packing.take(tx, arrived, how);
      write?.(into);
      if (packing.isThing?.(record.name, arrived.fields) !== false) addTo(outcomes, packing.kind, outcome);
    }
    taken += 1;
    // a commit costs as much as many records
    if (taken >= leastTaken && needs.monotonic() - begun >= sliceMs) break;
  }
  if (appended.count > 0) tx.run(countImport, { package_id: sender.manifest.package, added: appended.count });
  // only once it is on disk: a write may be run again from its start
  tx.after(() => {
    taking.done += taken;
    taking.added += appended.count;
    merge(taking, { outcomes, redacted });
  });
  return taken;
}

function counting(tx: Write, appended: { count: number }): Write {
  return Object.create(tx, {
    append: {
      value: (...given: Parameters<Write['append']>) => {
        appended.count += 1;
        return tx.append(...given);
      },
    },
  }) as Write; // the same, but that it counts
}

function merge(taking: Taking, { outcomes, redacted }: Pick<Taking, 'outcomes' | 'redacted'>): void {
  for (const [kind, by] of Object.entries(outcomes)) {
    const all = taking.outcomes[kind as PackedKind] ?? {}; // its own keys
    for (const [outcome, count] of Object.entries(by)) all[outcome as Outcome] = (all[outcome as Outcome] ?? 0) + count;
    taking.outcomes[kind as PackedKind] = all;
  }
  for (const [kind, count] of Object.entries(redacted)) taking.redacted[kind] = (taking.redacted[kind] ?? 0) + count;
}
