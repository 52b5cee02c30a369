// The measure of the simulator is itself measured: on histories whose outcome anybody can see.
import { expect, test } from 'vitest';
import { wrongTogether } from '../../sim/judge.ts';
import { type KnownWrite, Oracle } from '../../sim/oracle.ts';

interface Of {
  readonly dev?: string;
  readonly by?: 'human' | 'agent';
  readonly saw?: readonly string[];
}

function told(...writes: readonly (readonly [id: string, says: Readonly<Record<string, string>>, of?: Of])[]): Oracle {
  const oracle = new Oracle();
  writes.forEach(([id, says, { dev = id, by = 'agent', saw = [] } = {} as Of], i) => {
    const write: KnownWrite = {
      ...{ id, ent: 'e', dev, log: dev, hlc: String(i) },
      by,
      ...{ knew: new Set(), saw: new Set(saw), says: new Map(Object.entries(says)) },
    };
    oracle.note(write);
  });
  return oracle;
}

test('SI2: the oracle: what somebody had seen, directly or not, is replaced; the rest is there together or side by side', () => {
  const line = told(
    ['a', { value: '1' }],
    ['b', { value: '2' }, { saw: ['a'] }],
    ['c', { value: '3' }, { saw: ['b'] }],
  );
  expect(line.due('e', 'value')).toEqual({ is: 'value', value: '3' });
  expect(line.isConcurrent('e')).toBe(false);
  const apart = told(['a', { value: '1', port: '1' }], ['b', { value: '2' }], ['c', { value: '2' }]);
  expect(apart.due('e', 'value')).toMatchObject({ is: 'open', shown: new Set(['2']), values: new Set(['1', '2']) });
  expect(apart.due('e', 'port')).toEqual({ is: 'value', value: '1' });
  expect(apart.isConcurrent('e')).toBe(true);
  const person = told(['a', { value: '1' }, { by: 'human' }], ['b', { value: '2' }]);
  expect(person.due('e', 'value')).toMatchObject({ is: 'settled', shown: new Set(['1']) });
  const persons = told(['a', { value: '1' }, { by: 'human' }], ['b', { value: '2' }, { by: 'human' }]);
  expect(persons.due('e', 'value').is).toBe('open');
});

test('SI2: the oracle: kinds of fields are decided by what they are', () => {
  const decided = (field: string, a: string, b: string) =>
    told(['a', { [field]: a }], ['b', { [field]: b }]).due('e', field);
  expect(decided('priority', 'low', 'critical')).toEqual({ is: 'value', value: 'critical' });
  expect(decided('layer', 'permanent', 'short_term')).toEqual({ is: 'value', value: 'permanent' });
  expect(decided('tag.api', '', 'api')).toEqual({ is: 'value', value: 'api' });
  expect(decided('state', 'retired', 'live')).toEqual({ is: 'value', value: 'live' });
  expect(decided('status', 'done', 'in_progress')).toEqual({ is: 'value', value: 'done' });
  expect(decided('status', 'done', 'rejected')).toEqual({ is: 'value', value: 'rejected' });
  expect(decided('status', 'superseded', 'rejected').is).toBe('open');
});

test('SI2: the oracle: a text put together has every word that nobody took out on purpose', () => {
  const oracle = told(
    ['a', { value: 'one w1.\ntwo w2.\n' }],
    ['b', { value: 'one w1.\n' }, { saw: ['a'] }],
    ['c', { value: 'one w1.\ntwo w2.\nthree w3.\n' }, { saw: ['a'] }],
  );
  expect(oracle.due('e', 'value')).toMatchObject({ is: 'text', has: new Set(['w1', 'w3']), lacks: new Set(['w2']) });
});

test('SI3: the judge: a text is wrong in which somebody does not find what was said as it was said', () => {
  const sides = ['one a.\ntwo b. three c.\n', 'one a.\ntwo b. four d.\nfive e.\n'];
  expect(wrongTogether('one a.\ntwo b. three c. four d.\nfive e.\n', sides)).toEqual([]);
  expect(wrongTogether('one a.\ntwo d.\n', sides)).toEqual(['nobody said: two d.']);
  expect(wrongTogether('two b.\none a.\n', sides).join()).toContain('in another order');
  expect(wrongTogether('one a.\none a.\n', sides)).toEqual(['said twice: one a.']);
});
