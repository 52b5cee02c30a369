import { expect, test } from 'vitest';
import { limits } from '../../../src/core/limits.ts';
import { forBrief } from '../../../src/features/entries/durable.ts';
import { entryFacts } from '../../../src/features/entries/facts.ts';
import { findables, foundEntry, hidings, showing } from '../../../src/features/entries/findable.ts';
import { momentOf } from '../../../src/features/entries/needs.ts';
import type { Read } from '../../../src/store/record-type.ts';
import { agent, ann, memory } from './two-stores.ts';

const momentIn = (m: ReturnType<typeof memory>) => momentOf(m.needs, m.context());
const asked = (m: ReturnType<typeof memory>) => ({ ...m.context(), ...momentIn(m), user: ann });

test('EN30: a brief is told what lasts and matters, of project and user, newest first', async () => {
  const m = memory();
  const later = () => {
    m.clock.now += 1_000;
  };
  await m.store({ key: 'critical', value: { a: 1 }, priority: 'critical' }, agent);
  later();
  await m.store({ key: 'mine', value: 'no tabs', scope: 'user', category: 'preference' });
  later();
  await m.store({ key: 'decision', value: 'we dropped redis', category: 'decision', layer: 'permanent' });
  later();
  await m.store({ key: 'plain', value: 'x' });
  await m.store({ key: 'low', value: 'x', category: 'fact', priority: 'low' });
  await m.store({ key: 'session', value: 'x', priority: 'high', layer: 'session' }, agent);
  await m.store({ key: 'tool', value: 'x', priority: 'high' }, { ...agent, origin: 'tool-output' });
  await m.store({ key: 'gone', value: 'x', priority: 'high' });
  await m.retire({ key: 'gone' });
  await m.store({ key: 'over', value: 'x', priority: 'high', expires_at: new Date(m.clock.now + 1).toISOString() });
  later();
  const told = forBrief(asked(m));
  expect(told.map((entry) => [entry.key, entry.value])).toEqual([
    ['decision', 'we dropped redis'],
    ['mine', 'no tabs'],
    ['critical', '{"a":1}'],
  ]);
  expect(told[2]).toMatchObject({ origin: 'agent', trust: 2, actor: { user: ann, agent: 'codex', session: 's1' } });
  expect(forBrief({ ...asked(m), user: 'someone else' }).map((entry) => entry.key)).not.toContain('mine');
});

test('EN31: a critical entry is never pushed out of a brief by newer ones', async () => {
  const m = memory();
  await m.store({ key: 'critical', value: 'x', priority: 'critical' });
  for (let i = 0; i < 60; i += 1) {
    m.clock.now += 1;
    await m.store({ key: `fact${i}`, value: i, category: 'fact', scope: i % 2 ? 'user' : 'project' });
  }
  const keys = forBrief(asked(m)).map((entry) => entry.key);
  expect(keys).toHaveLength(50);
  expect(keys[0]).toBe('fact59');
  expect(keys.at(-1)).toBe('critical');
});

test('EN32: a session knows its facts, its other notes, and what to look up', async () => {
  const m = memory();
  const note = { layer: 'session', session_id: 's1' } as const;
  await m.store({ key: 'port', value: 8080, category: 'fact', ...note });
  await m.store({ key: 'never', value: { rm: true }, priority: 'critical', ...note });
  await m.store({ key: 'scratch', value: 'x'.repeat(9_000), ...note });
  await m.store({ key: 'other', value: 1, category: 'fact', layer: 'session', session_id: 's2' });
  const { entry_id } = await m.store({ key: 'style', value: 'x', category: 'preference', scope: 'user' });
  expect(entryFacts(asked(m), 's1')).toEqual({
    facts: { port: 8080, never: { rm: true } },
    working_memory: { scratch: `${'x'.repeat(limits.inlineTextBytes)}…` },
    long_term_refs: [{ key: 'style', scope: 'user', entry_id }],
  });
});

test('EN33: search is told the value as it stands, long ones in parts, and what is hidden', async () => {
  const m = memory();
  const long = Array.from({ length: 40 }, (_, i) => `paragraph ${i} `.repeat(20)).join('\n\n');
  const { entry_id } = await m.store({ key: 'k', value: { a: 'b' } }, agent);
  const applied = { n: 1, id: entry_id, ent: entry_id, hlc: '', writtenAt: 0, fields: {}, actor: { user: ann } };
  const record = { ...applied, origin: 'human' } as unknown as Parameters<(typeof findables)[0]['parts']>[0];
  const parts = () => m.project.write((tx) => findables[0]?.parts(record, tx) ?? []);
  expect(await parts()).toEqual([
    {
      ...{ kind: 'entry', ent: entry_id, part: 0, session_id: null, layer: 'long_term', scope: 'project' },
      ...{
        priority: 'medium',
        trust: 2,
        author: 'codex',
        path: null,
        tenant_id: null,
        user_id: null,
        agent_id: 'codex',
      },
      ...{ at: m.clock.now, text: '{"a":"b"}', names: 'k', category: 'general', tags: [] },
    },
  ]);
  await m.store({ key: 'k', value: long });
  const { text, heading } = showing(m.needs);
  const cut = await parts();
  expect(cut.length).toBeGreaterThan(5);
  expect(cut.map((part) => part.part)).toEqual(cut.map((_, i) => i));
  expect(cut.map((part) => part.text)).toEqual(
    cut.map((part) => text(m.project.read, entry_id, part.part, m.context())),
  );
  expect(heading(m.project.read, entry_id)).toEqual({ key: 'k', title: null });
  await m.store({ key: 'k', value: '' });
  expect((await parts()).map((part) => part.text)).toEqual(['']);
  await m.retire({ key: 'k' });
  expect(text(m.project.read, entry_id, 0, m.context())).toBeUndefined();
  expect(hidings.map((one) => [one.record, one.hidden(record, m.project.read as never)])).toEqual([
    ['context.retire', [{ kind: 'entry', ent: entry_id, hidden: true }]],
    ['context.put', [{ kind: 'entry', ent: entry_id, hidden: false }]],
  ]);
});

test('EN34: context.search gets whole entries, and none that is retired or expired', async () => {
  const m = memory();
  const entryOf = foundEntry(m.needs);
  const found = (read: Read, ent: string) => entryOf(read, ent, m.context());
  const kept = await m.store({ key: 'a', value: { b: 1 }, category: 'fact' });
  const over = await m.store({ key: 'b', value: 1, expires_at: new Date(m.clock.now + 5).toISOString() });
  const gone = await m.store({ key: 'c', value: 1 });
  await m.retire({ key: 'c' });
  expect(found(m.project.read, kept.entry_id)).toMatchObject({ key: 'a', value: { b: 1 }, category: 'fact' });
  expect(found(m.project.read, over.entry_id)).toMatchObject({ key: 'b' });
  m.clock.now += 5;
  expect(found(m.project.read, over.entry_id)).toBeUndefined();
  expect(found(m.project.read, gone.entry_id)).toBeUndefined();
  expect(found(m.project.read, kept.entry_id.replaceAll('a', 'b'))).toBeUndefined();
});

test('TR9: a value over 16 KiB is looked up, not told unasked', async () => {
  const m = memory();
  const long = (bytes: number) => 'x'.repeat(bytes - 2); // in quotes
  await m.store({ key: 'fits', value: long(limits.briefEntryBytes), priority: 'high' });
  await m.store({ key: 'too-long', value: long(limits.briefEntryBytes + 1), priority: 'critical' });
  expect(forBrief(asked(m)).map(({ key }) => key)).toEqual(['fits']);
});
