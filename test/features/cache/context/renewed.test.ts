import fs from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { given } from './given.ts';

const names = ['AGENTS.md', 'CLAUDE.md', 'README.md', 'GEMINI.md', 'one.md', 'two.md', 'memory-bank/a.md'];
const long = '# A\n\nwords of a line\n'.repeat(1_200);
const texts = [
  '',
  ' \n',
  'first',
  'second',
  'third\n',
  'a\0b',
  long,
  `${long}more\n`,
  long.replace('words', 'other words'),
];
const edit = fc.record({
  name: fc.constantFrom(...names),
  text: fc.option(fc.constantFrom(...texts), { nil: undefined }),
  budget: fc.constantFrom(2_000_000, 4_000),
});

test('PC720: what is made of the last answer where only some texts changed is what another daemon puts together anew', async () => {
  const edits = fc.array(edit, { minLength: 1, maxLength: 14 });
  await fc.assert(
    fc.asyncProperty(edits, fc.boolean(), async (all, counts) => {
      // where nothing is counted, both estimate alike
      const needs = counts ? {} : { count: () => Promise.reject(new Error('not now')) };
      const warm = given({ needs });
      let at = Date.now() - 1_000_000;
      for (const name of ['one.md', 'two.md']) warm.file(name, name, at);
      for (const { name, text, budget } of all) {
        at += 1_000;
        if (text !== undefined) warm.file(name, text, at);
        else if (!/^(?:one|two)/.test(name)) fs.rmSync(join(warm.root, name), { force: true });
        const documents = ['one.md', 'two.md'].filter((each) => isText(warm.root, each));
        const cold = given({ needs, root: warm.root });
        const told = [];
        for (const { load, loading } of [warm, cold]) {
          if (counts) await load({ documents });
          await loading.settled();
          const { segments, hash, tokens, budget: spent, left_out } = await load({ budget_tokens: budget, documents });
          told.push({ segments: segments.map(({ rendered, ...each }) => each), hash, tokens, spent, left_out });
        }
        expect(told[0]).toEqual(told[1]);
      }
    }),
    { numRuns: 40 },
  );
});

function isText(root: string, name: string): boolean {
  return !fs.readFileSync(join(root, name), 'utf8').includes('\0');
}
