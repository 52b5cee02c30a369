// The order of documents by how often each was another one, laid out anew when the provider's cache is cold only.
import { expect, test } from 'vitest';
import type { KnownChains } from '../../../../src/features/cache/context/needs.ts';
import { given } from './given.ts';

const hour = 3_600_000;

function world() {
  const seen = new Map<string, { readonly changes: number; readonly requests: number }>();
  const times: { last: number | undefined } = { last: undefined };
  const chains: KnownChains = {
    ...{ known: () => 0, seen: (_context, slot) => seen.get(slot), lastLoad: () => times.last },
    keep: (_context, { at }) => {
      times.last = at;
    },
  };
  const first = given({ needs: { chains } });
  for (const name of ['AGENTS.md', 'CLAUDE.md', 'README.md']) first.file(name, name);
  /** Another daemon over the same directory, with what this one noted. */
  const restarted = () => {
    const { notes } = first;
    const noted = (key: string) => notes.get(key);
    const clock = () => first.clock.now;
    return given({ root: first.root, needs: { chains, noted, clock } });
  };
  const order = async ({ load }: Pick<typeof first, 'load'> = first) =>
    (await load()).segments.map(({ slot }) => slot).filter((slot) => slot.startsWith('doc:'));
  return { ...first, seen, order, restarted };
}

const usual = ['doc:AGENTS.md', 'doc:CLAUDE.md', 'doc:README.md'];
const learned = ['doc:CLAUDE.md', 'doc:README.md', 'doc:AGENTS.md'];

test('PC727: a document that changes often moves behind the others, when an hour has passed without a load and not before', async () => {
  const { order, seen, clock, restarted } = world();
  expect(await order()).toEqual(usual);
  seen.set('doc:AGENTS.md', { changes: 5, requests: 10 });
  clock.now += hour - 1;
  expect(await order()).toEqual(usual);
  clock.now += hour;
  expect(await order()).toEqual(usual); // the load before kept it warm
  expect(await order(restarted())).toEqual(usual);
  clock.now += hour + 1;
  expect(await order()).toEqual(learned);
  // what is learned meanwhile waits, whoever answers
  seen.set('doc:AGENTS.md', { changes: 5, requests: 100_000 });
  expect(await order()).toEqual(learned);
  expect(await order(restarted())).toEqual(learned);
  clock.now += hour + 1;
  expect(await order(restarted())).toEqual(usual);
});

test('PC728: a document that changed once in many loads keeps its place, and no name is kept', async () => {
  const { order, seen, clock, notes } = world();
  seen.set('doc:AGENTS.md', { changes: 0, requests: 5 });
  seen.set('doc:CLAUDE.md', { changes: 1, requests: 400 });
  expect(await order()).toEqual(usual);
  seen.set('doc:README.md', { changes: 30, requests: 40 });
  clock.now += hour + 1;
  expect(await order()).toEqual(usual);
  expect(notes.size).toBe(1);
  expect([...notes.values()].join()).not.toContain('README');
});
