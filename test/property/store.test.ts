import fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { digest } from '../../src/store/digest.ts';
import { rebuild } from '../../src/store/rebuild.ts';
import type { Write } from '../../src/store/record-type.ts';
import { Store } from '../../src/store/store.ts';
import { verify } from '../../src/store/verify.ts';
import { dropNote, withNotes, writeLine, writeNote } from '../store/notes.ts';
import { storeSetting } from '../store/temporary-store.ts';

interface Step {
  readonly kind: 'put' | 'drop' | 'line';
  readonly key: string;
  readonly text: string;
  readonly meta: unknown;
  readonly times: number;
}

const step: fc.Arbitrary<Step> = fc.record({
  kind: fc.constantFrom('put', 'put', 'drop', 'line'),
  key: fc.constantFrom('a', 'b', 'c'),
  text: fc.string({ unit: 'grapheme', maxLength: 20 }),
  meta: fc.jsonValue({ maxDepth: 2 }),
  times: fc.constantFrom(1, 1, 700),
});
const request = fc.record({
  steps: fc.array(step, { maxLength: 4 }),
  fails: fc.boolean(),
  pause: fc.integer({ min: -5, max: 5 }),
});

function run(tx: Write, { kind, key, text, meta, times }: Step): void {
  if (kind === 'put') writeNote(tx, key, text.repeat(times), meta);
  else if (kind === 'drop') dropNote(tx, key);
  else writeLine(tx, text);
}

test('whatever is written, in whatever groups: the chain holds, and rebuilt rows equal the ones that grew', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.array(request, { maxLength: 4 }), { maxLength: 4 }), async (ticks) => {
      const directory = fs.mkdtempSync(join(tmpdir(), 'prsist-property-'));
      const { settings, clock, commits } = storeSetting({ ...withNotes, directory });
      let store = new Store(settings);
      try {
        let written = 1;
        for (const requests of ticks) {
          const answers = requests.map((one) =>
            store.write((tx) => {
              clock.now += one.pause;
              for (const each of one.steps) run(tx, each);
              if (one.fails) throw new Error('on purpose');
            }),
          );
          const kinds = (await Promise.allSettled(answers)).map((answer) => answer.status);
          expect(kinds).toEqual(requests.map((one) => (one.fails ? 'rejected' : 'fulfilled')));
          written += requests.reduce((sum, one) => sum + (one.fails ? 0 : one.steps.length), 0);
        }
        const grown = digest(store);
        expect(commits.flat().length).toBe(written - 1);
        store.close();
        store = new Store(settings);
        expect(verify(store, 'chain')).toMatchObject({ records: written, problems: [] });
        expect(digest(store)).toEqual(grown);
        rebuild(store);
        expect(digest(store)).toEqual(grown);
      } finally {
        store.close();
        fs.rmSync(directory, { recursive: true });
      }
    }),
    { numRuns: 25 },
  );
});
