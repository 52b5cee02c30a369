// One database with texts to find, whose vectors are computed by a server of the tests.
import type { Id } from '../../../../src/core/ids.ts';
import type { Context } from '../../../../src/features/feature.ts';
import type { FindableKind, SearchPart, Showing } from '../../../../src/features/findable.ts';
import type { EmbedderSetting } from '../../../../src/features/search/meaning/embedder.ts';
import { type Filling, fillSome } from '../../../../src/features/search/meaning/filling.ts';
import { modelName } from '../../../../src/features/search/meaning/models.ts';
import { openEmbedder } from '../../../../src/features/search/meaning/ollama.ts';
import { vectorProjection } from '../../../../src/features/search/meaning/vector-projection.ts';
import { nearest, type QuestionVector } from '../../../../src/features/search/meaning/vectors.ts';
import { searchProjection } from '../../../../src/features/search/projection.ts';
import { eraseEntities } from '../../../../src/store/erase.ts';
import { on, projection, query, type Read, recordType } from '../../../../src/store/record-type.ts';
import { Store } from '../../../../src/store/store.ts';
import { shippedMigration, storeSetting } from '../../../store/temporary-store.ts';
import type { EmbedderServer } from './embedder-server.ts';

type Fields = Readonly<Record<string, unknown>> & { readonly parts: readonly string[]; readonly kind: FindableKind };
const textSay = recordType<Fields>('text.say', 'grow');
const textHide = recordType<{ hidden: boolean }>('text.hide', 'grow');

const table = {
  number: 99,
  name: 'said',
  sql: '-- both: texts of a test\ncreate table said (ent text, part integer, text text, primary key (ent, part)) strict',
};
const keepText = query<{ ent: string; part: number; text: string }, unknown>(
  'insert into said (ent, part, text) values (:ent, :part, :text) on conflict do update set text = :text',
);
const textAt = query<{ ent: string; part: number }, { text: string }>(
  'select text from said where ent = :ent and part = :part',
);
const said = projection({
  name: 'said',
  version: 1,
  tables: { said: {} },
  handlers: [
    on(textSay, (tx, { ent, fields }) => {
      for (const [part, text] of fields.parts.entries()) tx.run(keepText, { ent, part, text });
    }),
  ],
});

const nobody = { session_id: null, layer: null, scope: null, priority: null, author: null, path: null };
const partsOf = (ent: string, { parts, kind }: Fields): readonly SearchPart[] =>
  parts.map((text, part) => ({
    ...{ ...nobody, kind, ent, part, trust: 2, tenant_id: null, user_id: null, agent_id: null, at: 1, names: '', text },
  }));

export const showings = (['message', 'tool', 'entry'] as const).map(
  (kind): Showing => ({
    kind,
    text: (read: Read, ent, part) => read.one(textAt, { ent, part })?.text,
    heading: () => ({ key: 'the key', title: null }),
  }),
);

export const projections = [
  said,
  searchProjection(
    // fields of our own record
    [{ record: textSay.name, parts: ({ ent, fields }) => partsOf(ent, fields as Fields) }],
    [
      {
        record: textHide.name,
        hidden: ({ ent, fields }) => [{ kind: 'message', ent, hidden: fields['hidden'] === true }],
      },
    ],
  ),
  vectorProjection(),
];

const who = { actor: { user: 'u' }, origin: 'human' } as const;
const uuid = (n: number) => `019a3985-b900-7000-8000-${String(n).padStart(12, '0')}` as Id; // of the form of an id

export function settingFor(server: EmbedderServer, more: Partial<EmbedderSetting> = {}): EmbedderSetting {
  return {
    ...{ embedder: 'ollama', url: server.url, model: 'small', dimensions: undefined, key: undefined, timeoutMs: 2_000 },
    prefix: { query: '', document: '' },
    ...more,
  };
}

export class VectorWorld {
  readonly server: EmbedderServer;
  readonly #settings = storeSetting({
    migrations: [
      ...['0007-search', '0023-hygiene', '0024-recall'].map((name) =>
        shippedMigration(`features/search/migrations/${name}.sql`),
      ),
      shippedMigration('features/search/meaning/migrations/0025-vectors.sql'),
      table,
    ],
    projections,
  }).settings;
  store = new Store(this.#settings);
  #ids = 100;

  constructor(server: EmbedderServer) {
    this.server = server;
  }

  /** Says a text in some parts; returns its id. */
  async say(text: string | readonly string[], where: { ent?: Id; kind?: FindableKind } = {}): Promise<Id> {
    this.#ids += 1;
    const { ent = uuid(this.#ids), kind = 'message' } = where;
    await this.store.write((tx) => tx.append(textSay, { ...who, ent, fields: { parts: [text].flat(), kind } }));
    return ent;
  }

  async hide(ent: Id): Promise<void> {
    await this.store.write((tx) => tx.append(textHide, { ...who, ent, fields: { hidden: true } }));
  }

  async erase(...ents: Id[]): Promise<void> {
    await this.store.write((tx) => eraseEntities(tx, projections, ents));
  }

  /** Closes the file and opens it again. */
  reopen(): void {
    this.store.close();
    this.store = new Store(this.#settings);
  }

  filling(more: Partial<EmbedderSetting & Pick<Filling, 'batch' | 'requests' | 'signal'>> = {}): Filling {
    const { batch = 4, requests = 2, signal = new AbortController().signal, ...setting } = more;
    const { read } = this.store;
    const context: Context = {
      ...{
        caller: { user: 'u', origin: 'human' },
        project: { id: 'p', name: 'p' },
        read: { project: read, user: read },
      },
      ...{ now: 1, worktree: undefined, branch: undefined, git: null },
    };
    const settled = settingFor(this.server, setting);
    return {
      ...{ read, write: this.store.write.bind(this.store), setting: settled, batch, requests, signal },
      texts: { showings, context, without: new Set<FindableKind>(['tool']) },
      embedder: openEmbedder(settled),
    };
  }

  /** Computes what is missing. */
  async fill(more: Parameters<VectorWorld['filling']>[0] = {}): Promise<void> {
    for (let steps = 0; steps < 1_000; steps++) if ((await fillSome(this.filling(more))) === 'idle') return;
    throw new Error('it has no end');
  }

  async question(text: string, more: Partial<EmbedderSetting> = {}): Promise<QuestionVector> {
    const setting = settingFor(this.server, more);
    const [vector] = await openEmbedder(setting).embed([text], 'query', new AbortController().signal);
    return { model: modelName(setting), vector: vector ?? new Float32Array() };
  }

  /** Texts nearest to a question, nearest first. */
  async found(text: string, more: Partial<EmbedderSetting> = {}): Promise<string[]> {
    const items = this.store.db.prepare<[number], { text: string }>(
      'select s.text from search_item i join said s using (ent, part) where i.item_id = ?',
    );
    const question = await this.question(text, more);
    return nearest(this.store.read, question).map(({ item_id }) => items.get(item_id)?.text ?? 'gone');
  }

  rows<R>(sql: string): R[] {
    return this.store.db.prepare<[], R>(sql).all();
  }

  /** Names of tables of vectors. */
  tables(): string[] {
    const names = this.rows<{ name: string }>(
      "select name from sqlite_schema where name like 'search!_vec!_%' escape '!'",
    );
    return names.map(({ name }) => name).filter((name) => /^search_vec_\d+$/.test(name));
  }
}
