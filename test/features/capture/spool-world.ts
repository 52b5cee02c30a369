// A world in which agents' hooks leave events, and what taking them in leaves in the databases.
import type { JsonValue } from '../../../src/core/captured.ts';
import { formatSpoolEvent, type SpoolHeader } from '../../../src/core/spool-event.ts';
import { type Ingested, ingesting, type SpoolFile } from '../../../src/features/capture/ingest.ts';
import type { Round } from '../../../src/features/capture/ingest-batch.ts';
import type { CaptureParts } from '../../../src/features/capture/needs.ts';
import { projectId, type Wanted } from '../../daemon/wired-world.ts';
import { conversation, type ImportWorld, importWorld } from './import-world.ts';

export type Body = Readonly<Record<string, JsonValue>>;

/** Takes in one event by itself. Throws why it failed. */
export async function ingest(parts: CaptureParts, file: SpoolFile, round: Partial<Round> = {}): Promise<Ingested> {
  const [end] = await ingesting(parts, { failpoint: () => undefined, held: new Set(), ...round })([file]);
  if (end === undefined || end.outcome === 'failed') throw end?.error;
  return end;
}

/** A world in which hooks leave events. `hook` takes in one. */
export function spoolWorld(wanted: Wanted = {}) {
  const world = importWorld(wanted);
  const held = new Set<string>();
  let count = 0;
  const spooled = (header: Partial<SpoolHeader>, body: Body | Uint8Array = {}) => {
    count += 1;
    const head = { agent: 'claude-code', event: 'Stop', args: [], pwd: world.root, ...header };
    const bytes = body instanceof Uint8Array ? body : Buffer.from(JSON.stringify(body));
    const mtimeNs = BigInt(world.clock.now) * 1_000_000n;
    return { name: `${count}.evt`, bytes: formatSpoolEvent(head, bytes), mtimeNs };
  };
  const take = (file: ReturnType<typeof spooled>, round = held) => ingest(world.wired.capture, file, { held: round });
  const together = (files: readonly SpoolFile[], round = held) =>
    ingesting(world.wired.capture, { failpoint: () => undefined, held: round })(files);
  const hook = (event: string, body: Body = {}, header: Partial<SpoolHeader> = {}) =>
    take(spooled({ event, ...header }, { session_id: conversation, ...body }));
  const words = () =>
    rows(
      world,
      `select json_extract(body, '$.fields.content') as text from records where type = 'message' and op = 'add' order by n`,
    );
  return { ...world, spooled, take, together, hook, words };
}

export function rows(world: ImportWorld, sql: string): Record<string, unknown>[] {
  return world.projects.store(projectId).statements.all<Record<string, unknown>>(sql, []);
}
