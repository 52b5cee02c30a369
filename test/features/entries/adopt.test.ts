import { expect, test } from 'vitest';
import { uuidV8 } from '../../../src/core/ids.ts';
import { adoptEntries } from '../../../src/features/entries/adopt.ts';
import { digest } from '../../../src/store/digest.ts';
import { rebuild } from '../../../src/store/rebuild.ts';
import { agent, ann, human, memory } from './two-stores.ts';

const other = uuidV8(['another', 'ann']);
const asOther = { ...human, user: other };
const adopting = (m: ReturnType<typeof memory>) => m.user.write((tx) => adoptEntries(tx, { from: ann, to: other }));

const shown = (m: ReturnType<typeof memory>) =>
  m.user.statements.all(
    'select key, user_id, value, tags, trust, state, origin from memory_context_registry order by key, user_id, ent',
    [],
  );

test('SN9: what a person remembered belongs to who they are now, with who said it, tags, links and trust', async () => {
  const m = memory();
  const name = { scope: 'user' } as const;
  const target = await m.store({ ...name, key: 'shell', value: 'fish', tags: ['cli'] });
  await m.store({ ...name, key: 'editor', value: { is: 'vim' }, priority: 'high', category: 'preference' });
  await m.write('context.link', { ...name, key: 'editor', add: [{ rel: 'derived_from', entry_id: target.entry_id }] });
  await m.store({ ...name, key: 'said', value: 'by an agent' }, agent);
  await m.store({ ...name, key: 'doubted', value: 'by an agent, too' }, agent);
  await m.write('context.trust', { ...name, key: 'doubted', trust: 0 });
  await m.store({ ...name, key: 'of a customer', value: 1, tenant_id: 't1' });
  await m.store({ scope: 'global', key: 'of nobody', value: 2 });
  const before = (key: string, more = {}) => m.retrieve({ ...name, key, ...more });
  const editor = before('editor');
  const said = before('said');
  expect(await adopting(m)).toBe(5);
  const after = (key: string, more = {}) => m.retrieve({ ...name, key, ...more }, asOther);
  expect(after('editor')).toMatchObject({ value: { is: 'vim' }, priority: 'high', category: 'preference' });
  expect(after('editor')).toMatchObject({ trust: editor.trust, user_id: other });
  expect(after('shell')).toMatchObject({ value: 'fish', tags: ['cli'] });
  expect(after('said')).toMatchObject({ origin: said.origin, trust: said.trust });
  expect(after('of a customer', { tenant_id: 't1' })).toMatchObject({ value: 1 });
  const links = m.user.statements.all('select rel, target from links where ent = ?', [after('editor').entry_id]);
  expect(links).toEqual([{ rel: 'derived_from', target: after('shell').entry_id }]);
  expect(shown(m)).toContainEqual(expect.objectContaining({ key: 'doubted', user_id: other, trust: 0, state: 'live' }));
  expect(() => before('shell')).toThrow(expect.objectContaining({ code: 'entry/not-found' }));
  expect(m.retrieve({ key: 'of nobody', scope: 'global' }, asOther).value).toBe(2);
  const rows = digest(m.user);
  rebuild(m.user);
  expect(digest(m.user)).toEqual(rows);
});

test('SN10: done again it changes nothing, also when this is who one is already', async () => {
  const m = memory();
  await m.store({ scope: 'user', key: 'shell', value: 'fish' });
  expect(await adopting(m)).toBe(1);
  const [rows, seq] = [shown(m), m.user.log.seq];
  expect(await adopting(m)).toBe(0);
  expect(await m.user.write((tx) => adoptEntries(tx, { from: other, to: other }))).toBe(0);
  expect([shown(m), m.user.log.seq]).toEqual([rows, seq]);
});

test('SN10: what is known of the person they are now stays', async () => {
  const m = memory();
  await m.store({ scope: 'user', key: 'shell', value: 'fish' });
  await m.store({ scope: 'user', key: 'shell', value: 'zsh' }, asOther);
  expect(await adopting(m)).toBe(1);
  expect(m.retrieve({ scope: 'user', key: 'shell' }, asOther).value).toBe('zsh');
});
