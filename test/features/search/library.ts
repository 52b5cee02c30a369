// A project's and a user's database with one small feature of texts to find.
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { Id } from '../../../src/core/ids.ts';
import type { Parsed } from '../../../src/core/operation.ts';
import type { Context } from '../../../src/features/feature.ts';
import type { Findable, FoundEntry, Hiding, SearchPart, Showing } from '../../../src/features/findable.ts';
import { contextSearch } from '../../../src/features/search/context-search.ts';
import { contract } from '../../../src/features/search/contract.ts';
import { searchFeature } from '../../../src/features/search/feature.ts';
import { searchQuery } from '../../../src/features/search/search-query.ts';
import { migration, type StoreKind } from '../../../src/store/migrate.ts';
import { on, projection, query, type Read, recordType } from '../../../src/store/record-type.ts';
import { Store } from '../../../src/store/store.ts';

/** One text; everything but the text has a default. */
export interface Said extends Partial<SearchPart> {
  readonly text: string;
  /** Heading of what is shown of it. */
  readonly title?: string;
}
interface Fields extends Readonly<Record<string, unknown>> {
  readonly said: readonly Said[];
}

export const textSay = recordType<Fields>('text.say', 'grow');
const textAdd = recordType<Fields>('text.add', 'grow');
const textHide = recordType<{ kind: SearchPart['kind']; hidden: boolean }>('text.hide', 'grow');

type Row = { ent: string; part: number; rec: number };
const keepText = query<Row & { place: number }, unknown>(
  'insert into said (ent, part, rec, place) values (:ent, :part, :rec, :place) on conflict do update set rec = :rec, place = :place',
);
const textAt = query<{ ent: string; part: number }, { rec: number; place: number }>(
  'select rec, place from said where ent = :ent and part = :part',
);

export const now = Date.parse('2026-03-20T12:00:00Z');
const uuid = (n: number) => `019a3985-b900-7000-8000-${String(n).padStart(12, '0')}` as Id; // of the form of an id

export function partsOf(ent: string, said: readonly Said[]): readonly SearchPart[] {
  return said.map((one, part) => ({
    ...{ kind: 'message', ent, part, session_id: null, layer: null, scope: null, priority: null, trust: 2 },
    ...{ author: null, path: null, tenant_id: null, user_id: null, agent_id: null, at: now, names: '' },
    ...one,
  }));
}

const saidIn = (fields: Readonly<Record<string, unknown>>) => (fields as Fields).said; // only ever records of this file
const findables: readonly Findable[] = [
  { record: textSay.name, parts: ({ ent, fields }) => partsOf(ent, saidIn(fields)) },
  { record: textAdd.name, parts: ({ ent, fields }) => partsOf(ent, saidIn(fields)), adds: true },
];
const hidings: readonly Hiding[] = [
  {
    record: textHide.name,
    hidden: ({ ent, fields }) => [
      // as above
      { kind: fields['kind'] as SearchPart['kind'], ent, hidden: fields['hidden'] === true },
    ],
  },
];

function saidAt(read: Read, ent: string, part: number): Said | undefined {
  const row = read.one(textAt, { ent, part });
  return row && saidIn(read.fields(row.rec))[row.place];
}
export const showings = (['entry', 'message', 'tool', 'commit', 'task', 'document'] as const).map(
  (kind): Showing => ({
    kind,
    text: (read, ent, part) => saidAt(read, ent, part)?.text,
    heading: (read, ent) => ({ key: saidAt(read, ent, 0)?.names ?? null, title: saidAt(read, ent, 0)?.title ?? null }),
  }),
);
function entryOf(read: Read, ent: string): FoundEntry | undefined {
  const said = saidAt(read, ent, 0);
  return (
    said && {
      ...{ entry_id: ent, key: said.names ?? '', value: said.text, layer: 'long_term', scope: 'project' },
      ...{ priority: 'medium', category: said.category ?? 'general', updated_at: new Date(now).toISOString() },
      ...(said.tags ? { tags: said.tags } : {}),
    }
  );
}

const said = projection({
  name: 'said',
  version: 1,
  tables: { said: { local: ['rec'] } },
  handlers: [textSay, textAdd].map((type) =>
    on(type, (tx, { n, ent, fields }) => {
      for (const [place, one] of partsOf(ent, fields.said).entries()) {
        tx.run(keepText, { ent, part: one.part, rec: n, place });
      }
    }),
  ),
});

export class Library {
  readonly project: Store;
  readonly user: Store;
  readonly #directory = fs.mkdtempSync(path.join(os.tmpdir(), 'prsist-search-'));
  #ids = 100;

  constructor() {
    this.project = this.#open('project');
    this.user = this.#open('user');
  }

  /** Says a text in some parts; returns its id. */
  async say(said: Said | readonly Said[], where: { ent?: Id; in?: StoreKind; adds?: true } = {}): Promise<Id> {
    this.#ids += 1;
    const ent = where.ent ?? uuid(this.#ids);
    const fields = { said: [said].flat() };
    const store = where.in === 'user' ? this.user : this.project;
    const type = where.adds ? textAdd : textSay;
    await store.write((tx) => tx.append(type, { fields, ent, actor: { user: 'u' }, origin: 'human' }));
    return ent;
  }

  async hide(ent: Id, hidden = true): Promise<void> {
    const change = {
      fields: { kind: 'message' as const, hidden },
      ent,
      actor: { user: 'u' },
      origin: 'human' as const,
    };
    await this.project.write((tx) => tx.append(textHide, change));
  }

  context(agent?: string): Context {
    return {
      caller: { user: 'u', origin: 'human', ...(agent === undefined ? {} : { agent }) },
      project: { id: 'p', name: 'p' },
      read: { project: this.project.read, user: this.user.read },
      now,
      ...{ worktree: undefined, branch: undefined, git: null },
    };
  }

  query(text: string, more: Partial<Parsed<(typeof contract)['search.query']>> = {}, agent?: string) {
    const input = contract['search.query'].input.parse({ query: text, ...more });
    return contract['search.query'].output
      .omit({ took_ms: true })
      .parse(searchQuery(this.context(agent), input, { showings }));
  }

  entries(text: string, more: Partial<Parsed<(typeof contract)['context.search']>> = {}, agent?: string) {
    const input = contract['context.search'].input.parse({ query: text, ...more });
    return contract['context.search'].output.parse(contextSearch(this.context(agent), input, { showings, entryOf }));
  }

  /** The texts found, best first. */
  found(text: string, more: Partial<Parsed<(typeof contract)['search.query']>> = {}, agent?: string): string[] {
    return this.query(text, more, agent).results.map((one) => one.snippet);
  }

  close(): void {
    this.project.close();
    this.user.close();
    fs.rmSync(this.#directory, { recursive: true });
  }

  #open(kind: StoreKind): Store {
    const search = searchFeature({
      hygiene: { stale: () => [], answers: () => 0, used: () => undefined },
      findables,
      hidings,
      showings,
      entryOf,
    });
    const folders = ['store', 'features/search'].map((each) =>
      path.join(import.meta.dirname, '../../../src', each, 'migrations'),
    );
    const steps = folders.flatMap((folder) =>
      fs.readdirSync(folder).map((file) => migration(file, fs.readFileSync(path.join(folder, file), 'utf8'))),
    );
    const table = `-- both: texts of a test\ncreate table said (ent text, part integer, rec integer, place integer, primary key (ent, part)) strict`;
    let random = 0;
    return new Store({
      ...{ file: path.join(this.#directory, `${kind}.db`), kind, deviceName: 'test' },
      identity: { ws: uuid(1), dev: uuid(2), user: uuid(3), project: kind === 'project' ? uuid(4) : null },
      migrations: [...steps, migration('0008-said.sql', table)],
      projections: [said, ...search.projections],
      clock: () => now,
      random: (bytes) => {
        random += 1;
        return new Uint8Array(bytes).fill(random % 256).fill(Math.floor(random / 256) % 256, 0, 1);
      },
      failpoint: () => {},
      onCommit: () => {},
    });
  }
}
