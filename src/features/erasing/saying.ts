// Where a text stands: looked for in whatever is stored, since an index knows words and not every place they stand in.
import type { RecordBody } from '../../core/record.ts';
import { unpacked } from '../../store/blobs.ts';
import type { Read } from '../../store/record-type.ts';
import type { Steps } from '../../store/steps.ts';
import type { Conversation } from './needs.ts';
import { blobPage, recordPage, segmentPage } from './saying-queries.ts';

/** What is looked for. */
export interface Sought {
  readonly text: string;
  /** Also whatever this person said, by id. */
  readonly user?: string;
}

/** Where it stands, as far as was looked. */
export interface Saying {
  readonly sought: Sought;
  readonly ents: Set<string>;
  readonly conversations: Map<string, Conversation>;
  /** Texts in blobs of their own, by hash in hex. */
  readonly texts: Set<string>;
  /** Number of the last record that was looked at. */
  upTo: number;
}

/** A text of fewer characters stands everywhere. */
export const leastSought = 3;

/** Kinds of records that say what prsist does, not what anybody said. */
const ofOurs = new Set(['record', 'log', 'project', 'device', 'member', 'key', 'policy']);

/** Looks through a database, in steps between which others have their turn. */
export function* lookFor(read: Read, sought: Sought, kind: 'project' | 'user'): Steps<Saying> {
  const saying: Saying = { sought, ents: new Set(), conversations: new Map(), texts: new Set(), upTo: 0 };
  const isSaid = says(sought.text);
  for (let after = 0; ; ) {
    const page = read.all(blobPage, { after });
    const last = page.at(-1);
    if (!last) break;
    for (const { hash, codec, data } of page) {
      if (isSaid(unpacked(codec, data).toString('utf8'))) saying.texts.add(Buffer.from(hash).toString('hex'));
    }
    after = last.blob_n;
    yield;
  }
  // only a project has transcripts
  for (let after = 0; kind === 'project'; ) {
    const page = read.all(segmentPage, { after });
    const last = page.at(-1);
    if (!last) break;
    for (const { agent, native_id, codec, data } of page) {
      const key = `${agent}:${native_id}`;
      if (!saying.conversations.has(key) && isSaid(unpacked(codec, data).toString('utf8'))) {
        saying.conversations.set(key, { agent, native_id });
      }
    }
    after = last.id;
    yield;
  }
  yield* lookOn(read, saying);
  return saying;
}

/** The same for records that came since. */
export function* lookOn(read: Read, saying: Saying): Steps<void> {
  const { sought, ents, texts } = saying;
  // as it stands in the canonical form of a body
  const isSaid = says(JSON.stringify(sought.text).slice(1, -1));
  for (;;) {
    const page = read.all(recordPage, { after: saying.upTo });
    const last = page.at(-1);
    if (!last) return;
    for (const { ent, type, body } of page) {
      if (ofOurs.has(type) || ents.has(ent)) continue;
      if (isSaid(body) || namesText(body, texts) || isBy(body, sought.user)) ents.add(ent);
    }
    saying.upTo = last.n;
    yield;
  }
}

function says(text: string): (where: string) => boolean {
  const lower = text.toLowerCase();
  return (where) => where.toLowerCase().includes(lower);
}

function namesText(body: string, texts: ReadonlySet<string>): boolean {
  if (texts.size === 0 || !body.includes('_blob"')) return false;
  return fieldsOf(body).some(
    ([name, value]) => name.endsWith('_blob') && typeof value === 'string' && texts.has(value),
  );
}

function fieldsOf(body: string): [string, unknown][] {
  return Object.entries((JSON.parse(body) as RecordBody).fields); // what this engine wrote, or what was checked when it came
}

function isBy(body: string, user: string | undefined): boolean {
  return user !== undefined && (JSON.parse(body) as RecordBody).actor.user === user; // as above
}
