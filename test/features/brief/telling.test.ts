import { expect, test } from 'vitest';
import { renderBrief } from '../../../src/features/brief/render.ts';
import { restrained } from '../../../src/features/brief/telling.ts';
import { anchor, at, handoff, input, session, snapshot } from './brief-given.ts';

const state = {
  files_in_flight: [{ path: 'src/deep/cart.ts', kind: 'modify', added: 1, removed: 0, at: at(2) }],
  files_total: 1,
  commits: [{ sha: 'abcdef1234567890', subject: 'Add the cart', at: at(3) }],
  git: {
    ...{ branch: 'feature/cart', head: 'abcdef1234', upstream: null, ahead: 0, behind: 0, staged: 0, unstaged: 1 },
    ...{ untracked: 0, paths: ['src/deep/other.ts'], stash: 0 },
  },
} as const;
const given = input({
  anchor: { ...anchor(state), branch: 'feature/cart' },
  sessions: [session('checkout', { branch: 'feature/pay' })],
});
const text = (telling: Parameters<typeof restrained>[1], of = given) => renderBrief(restrained(of, telling)).text;

test('CF34: with everything allowed the input stays as it is', () => {
  expect(restrained(given, { git: true, paths: 'whole' })).toBe(given);
  for (const told of ['src/deep/cart.ts', 'feature/cart', 'Add the cart', 'feature/pay', 'src/deep/other.ts']) {
    expect(text({ git: true, paths: 'whole' })).toContain(told);
  }
});

test('CF34: without git neither branch nor commit is told, files still are', () => {
  const told = text({ git: false, paths: 'whole' });
  for (const secret of ['feature/cart', 'feature/pay', 'Add the cart', 'abcdef12', '1 commit', 'Committed']) {
    expect(told).not.toContain(secret);
  }
  expect(told).toContain('src/deep/cart.ts');
  const handed = input({ handoff: handoff({ branch: 'feature/cart', critical_info: {}, snapshot: snapshot(state) }) });
  expect(text({ git: false, paths: 'whole' }, handed)).not.toContain('feature/cart');
});

test('CF34: paths can be told by their last name', () => {
  const told = text({ git: true, paths: 'names' });
  expect(told).toContain('cart.ts');
  expect(told).toContain('other.ts');
  expect(told).not.toContain('src/deep');
});
