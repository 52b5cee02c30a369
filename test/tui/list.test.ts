import fc from 'fast-check';
import { expect, test } from 'vitest';
import { atTop, followed, moved, Pages, seen } from '../../src/tui/list.ts';
import { pressesOf, typed } from '../../src/tui/press.ts';

test('DB6: what is picked is always seen, and nothing is shown beyond the end', () => {
  const steps = fc.array(fc.integer({ min: -300, max: 300 }), { maxLength: 20 });
  fc.assert(
    fc.property(steps, fc.nat(200), fc.integer({ min: 1, max: 40 }), (moves, count, rows) => {
      let spot = atTop;
      for (const by of moves) {
        const shown = seen(moved(spot, by, count), count, rows);
        spot = shown;
        expect(shown.end - shown.top).toBe(Math.min(rows, count));
        if (count > 0) expect(shown.at >= shown.top && shown.at < shown.end).toBe(true);
      }
    }),
  );
});

test('DB7: what is picked stays picked when the list changes around it', () => {
  const after = (before: readonly string[], now: readonly string[]) =>
    followed({ at: 1, top: 0 }, before, now, (id) => id);
  expect(after(['a', 'b'], ['new', 'a', 'b'])).toEqual({ at: 2, top: 1 });
  expect(after(['a', 'b'], ['b', 'a'])).toEqual({ at: 0, top: 0 });
  expect(after(['a', 'b'], ['c'])).toEqual({ at: 1, top: 0 });
});

/** A route with so many items, and how often it was asked. */
function route(count: number) {
  const asked: number[] = [];
  const pages = new Pages<{ id: string }>(async (cursor) => {
    const from = Number(cursor ?? 0);
    asked.push(from);
    const items = Array.from({ length: Math.min(100, count - from) }, (_, n) => ({ id: `${from + n}` }));
    return { items, next_cursor: from + 100 < count ? String(from + 100) : null };
  });
  return { pages, asked };
}

test('DB6: of a hundred thousand only those pages are read that somebody comes near to', async () => {
  const { pages, asked } = route(100_000);
  await pages.begin(({ id }) => id);
  expect(await pages.need(10, 40)).toBe(false);
  expect(await pages.need(70, 40)).toBe(true);
  expect([asked, pages.items.length, pages.more]).toEqual([[0, 100], 200, true]);
});

test('DB6: two who ask for more at once get one page, and a list that was read is read again from its beginning', async () => {
  const { pages, asked } = route(250);
  await pages.begin(({ id }) => id);
  await Promise.all([pages.need(99, 10), pages.need(99, 10)]);
  await pages.need(199, 10);
  expect([asked, pages.items.length, pages.more]).toEqual([[0, 100, 200], 250, false]);
  await pages.begin(({ id }) => id);
  expect(pages.items.map(({ id }) => id)).toEqual(Array.from({ length: 250 }, (_, n) => `${n}`));
});

const noKey = {
  ...{ upArrow: false, downArrow: false, leftArrow: false, rightArrow: false, pageDown: false, pageUp: false },
  ...{ home: false, end: false, return: false, escape: false, ctrl: false, shift: false, tab: false, backspace: false },
  ...{ delete: false, meta: false, super: false, hyper: false, capsLock: false, numLock: false },
};

test('DB3: what comes in one piece is a key for each character; control keys type nothing', () => {
  const names = (input: string, key = {}) =>
    pressesOf(input, { ...noKey, ...key }).map(({ name, text }) => text || name);
  expect(names('jj')).toEqual(['j', 'j']);
  expect(names('ab\r')).toEqual(['a', 'b', 'enter']);
  expect(names('👍')).toEqual(['👍']);
  expect(names('', { tab: true, shift: true })).toEqual(['backTab']);
  expect(names('c', { ctrl: true })).toEqual([]);
  expect(names('3', { meta: true })).toEqual(['escape', '3']);
  expect(names('\u0000\u001b')).toEqual([]);
});

test('DB3: a line that is typed loses whole characters at its end', () => {
  expect(typed('a👍', { name: 'backspace', text: '' })).toBe('a');
  expect(typed('', { name: 'backspace', text: '' })).toBe('');
  expect(typed('a', { name: 'up', text: '' })).toBeUndefined();
});
