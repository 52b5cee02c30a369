import { expect, test } from 'vitest';
import type { Captured } from '../../../src/core/captured.ts';
import { markEchoes, shownAfter } from '../../../src/features/capture/echo.ts';

const fact = 'The cart lives in local storage and is written after every change of it';
const block = `<prsist-memory>\nNotes\n\n- [2026-03-04 09:15] codex (s1): cart: ${fact}\n</prsist-memory>`;
const said = (text: string, more: object = {}): Captured => ({
  ...{ kind: 'message', session: 's', at: 1, key: ['k'], role: 'assistant', as: 'text', text },
  ...more,
});
const isEcho = (item: Captured, shown: string | undefined) =>
  markEchoes([item], shown).some((each) => each.kind === 'message' && each.echo === true);

test('EC1: what only repeats a block of this conversation is an echo, however deep the block is quoted', () => {
  const once = JSON.stringify({ content: block });
  const twice = JSON.stringify({ stdout: JSON.stringify({ additionalContext: block }) });
  for (const line of [once, twice]) {
    const shown = shownAfter(undefined, line);
    expect(isEcho(said(`- **Cart**: ${fact}.`), shown)).toBe(true);
    expect(isEcho(said(`${fact.replace('written', 'saved')}`), shown)).toBe(true);
    expect(isEcho(said(`${fact}. I moved it to a table of its own and wrote the tests for that.`), shown)).toBe(false);
    expect(isEcho(said('In local storage.'), shown)).toBe(false);
  }
});

test('EC2: nobody else’s words are echoes, and without a block nothing is', () => {
  const shown = shownAfter(undefined, JSON.stringify({ content: block }));
  expect(isEcho(said(fact, { role: 'user', as: 'prompt' }), shown)).toBe(false);
  expect(isEcho(said(fact), shownAfter(undefined, JSON.stringify({ content: fact })))).toBe(false);
});

test('EC3: blocks are cut out of the output of tools', () => {
  const result: Captured = {
    ...{ kind: 'tool-result', session: 's', at: 1, callId: 'c', isError: false },
    output: `before\n${block}\nafter`,
  };
  const shown = shownAfter(undefined, JSON.stringify(result));
  expect(markEchoes([result], shown)).toEqual([{ ...result, output: 'before\nafter' }]);
});

test('EC4: what a file remembers of blocks is bounded, the latest counts', () => {
  let shown: string | undefined;
  const words = (from: number) => Array.from({ length: 400 }, (_, i) => `w${from + i}`).join(' ');
  for (let n = 0; n < 40; n += 1) shown = shownAfter(shown, `<prsist-memory>${words(n * 1_000)}</prsist-memory>`);
  expect(shown?.length).toBeLessThan(45_000);
  expect([isEcho(said(words(39_000)), shown), isEcho(said(words(0)), shown)]).toEqual([true, false]);
});
