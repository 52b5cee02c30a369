// What the agents of the demonstration work on: enough of a session that there is something to hand over.

/** One piece of work that an agent begins and another goes on with. */
export interface Story {
  readonly ask: string;
  readonly says: string;
  readonly plan: readonly string[];
  /** Path in the repository; before is '' for a file that is new. */
  readonly edit: { readonly path: string; readonly before: string; readonly after: string };
  readonly check: { readonly command: string; readonly failure: string };
  readonly handoff: {
    readonly reason: string;
    readonly info: readonly [string, string];
    readonly instructions: string;
  };
  /** What the second agent is told first, and what it answers. */
  readonly goOn: { readonly prompt: string; readonly answer: string };
  /** What to ask of the past, with a word of the answer; none where the past is not known beforehand. */
  readonly questions: readonly { readonly query: string; readonly answer: string }[];
}

const handoff = {
  reason: 'rate limit',
  info: ['budget', 'Close() returns within 50 ms'],
  instructions: 'Run the failing test first.',
} as const;

const goOn = { prompt: 'go on', answer: 'I run the failing test first, as I was told in the handoff.' };

/** Goes on where the bundled transcript of Claude Code stops. */
export const bundledStory: Story = {
  ask: 'Telemetry still holds up the shell prompt. Send it from a detached process, and add a test that Close() is fast.',
  says: 'I move the sending out of Close() first, then I write the test.',
  plan: ['move the sending into a detached process', 'test that Close() returns at once', 'measure the prompt again'],
  edit: {
    path: 'cmd/entire/cli/telemetry/telemetry.go',
    before: '\tc.queue.Flush(ShutdownTimeout)\n',
    after: '\tdetach(c.queue.Drain())\n',
  },
  check: {
    command: 'go test ./cmd/entire/cli/telemetry/',
    failure: '--- FAIL: TestCloseIsFast\n    telemetry_test.go:19: Close() took 812 ms, want at most 50 ms\nFAIL',
  },
  handoff,
  goOn,
  questions: [
    { query: 'what does the default ShutdownTimeout do', answer: 'wait indefinitely' },
    { query: 'telemetry adding delay milliseconds', answer: '~600ms' },
    { query: 'are remote checkpoints first-class', answer: 'Not as first-class' },
  ],
};

/** For a repository and transcripts of the user's own, of which nothing is known. */
export const anyStory: Story = {
  ask: 'Write down in prsist-demo.txt how this repository is built, and check that the page is complete.',
  says: 'I write the page first, then I check it.',
  plan: ['write prsist-demo.txt', 'check that the page is complete'],
  edit: { path: 'prsist-demo.txt', before: '', after: 'How this repository is built: see its README.\n' },
  check: {
    command: 'make check-page',
    failure: 'prsist-demo.txt:1: error: nothing about tests\nmake: *** [check-page] Error 1',
  },
  handoff: {
    ...handoff,
    info: ['missing', 'a paragraph about the tests'],
    instructions: 'Write it, then check again.',
  },
  goOn: { ...goOn, answer: 'I write the paragraph about the tests, as I was told in the handoff.' },
  questions: [],
};
