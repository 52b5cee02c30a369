import { defineConfig } from 'vitest/config';
import { LongestFirst } from './test/longest-first.ts';

// fast: pure functions and verbs on a temporary database, part of `npm run check`.
// slow: a daemon in process, or the built bin/prsist under its own PRSIST_HOME; needs `npm run build` first.
// storm: the same, by the hundred; one file at a time after all others, which it would starve of processor time.
const storms = [
  ...['test/e2e/one-daemon.test.ts', 'test/e2e/kill.test.ts', 'test/e2e/together.test.ts'],
  'test/e2e/hooks-together.test.ts',
];

// It puts something else in the place of a package, which would stand there for every file after it.
const alone = 'test/features/search/meaning/without-library.test.ts';

export default defineConfig({
  test: {
    reporters: ['default'],
    sequence: { sequencer: LongestFirst },
    projects: [
      {
        test: {
          name: 'fast',
          setupFiles: ['test/setup.ts'],
          include: ['test/**/*.test.ts'],
          exclude: ['test/e2e/**', 'test/harness/**', alone],
          testTimeout: 30_000,
          // a process for each file: threads of one process that load WebAssembly and end end all of it now and then (nodejs/node#64500)
          pool: 'forks',
          maxWorkers: 2,
          // modules are loaded once for each of the two: a third of the time. No test may leave anything behind in one
          isolate: false,
        },
      },
      {
        test: {
          name: 'slow',
          include: ['test/e2e/**/*.test.ts', 'test/harness/**/*.test.ts', alone],
          exclude: storms,
          testTimeout: 180_000,
          hookTimeout: 60_000,
          pool: 'forks',
          // they wait for other processes more than they compute: a third keeps two processors busy
          maxWorkers: 3,
          sequence: { groupOrder: 0 },
        },
      },
      {
        test: {
          name: 'storm',
          include: storms,
          testTimeout: 180_000,
          hookTimeout: 60_000,
          pool: 'forks',
          maxWorkers: 1,
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
});
