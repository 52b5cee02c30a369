import { expect, test } from 'vitest';
import type { Id } from '../../src/core/ids.ts';
import { merge } from '../../src/core/merge.ts';
import type { MergeRecord } from '../../src/core/merge-order.ts';

function said(dev: string, hlc: string, op: string, fields: Readonly<Record<string, unknown>>): MergeRecord {
  const names = { id: `${dev}-${hlc}` as Id, ent: 'ent' as Id, type: 'context', op, schema: 1 };
  return {
    ...{ log: dev, dev, seq: 1 },
    body: { ...names, hlc, base: [], fields, actor: { user: 'u' }, origin: 'agent' },
  };
}

test('SI1: who or which session a change came from is a note of the change: the last one stands, and nobody is asked', () => {
  const one = said('a', '0000000000000001', 'put', { source: 'codex', session_id: 's1', category: 'fact' });
  const two = said('b', '0000000000000002', 'put', { source: 'cursor', session_id: null, category: 'lesson' });
  const text = () => '';
  for (const order of [
    [one, two],
    [two, one],
  ]) {
    const { fields, conflicts } = merge(order, { resolution: 'intelligent', text });
    expect(fields['source']?.value).toBe('cursor');
    expect(fields['session_id']?.value).toBe(null);
    // what the change says stays a matter for a person
    expect(conflicts.map(({ field }) => field)).toEqual(['category']);
  }
});
