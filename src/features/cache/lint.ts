// What in a rendered text is going to differ the next time, though nothing it tells of has changed.

export const unstable = ['clock', 'age', 'duration', 'counter', 'process', 'score', 'random', 'home path'] as const;
export type Unstable = (typeof unstable)[number];

export interface Suspect {
  readonly what: Unstable;
  /** From 1. */
  readonly line: number;
  readonly text: string;
}

const patterns: readonly (readonly [Unstable, RegExp])[] = [
  ['clock', /\b\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d)?|\b\d{1,2}:\d\d:\d\d\b|\b1[5-9]\d{8}(?:\d{3})?\b/],
  ['age', /\b(?:\d+|an?|few|several) (?:second|minute|hour|day|week|month)s? ago\b|\bjust now\b|\byesterday\b/i],
  ['duration', /\b(?:took|in|after|for) \d+(?:\.\d+)? ?(?:ms|µs|seconds?|minutes?|s)\b/i],
  ['counter', /\b(?:turn|request|event|run|attempt|step) #?\d+(?: of \d+)?\b|#\d+\/\d+/i],
  ['process', /\bpid[ :=]+\d+\b/i],
  ['score', /\b(?:score|relevance|confidence|probability)[ :=]+0?\.\d+\b/i],
  ['random', /\b[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}\b/i],
  ['home path', /(?:\/home\/|\/Users\/|\/root\/|[A-Za-z]:\\Users\\)[^\s/\\]/],
];

/** Lines of a rendered text that look like a clock, a counter or a place of this machine, the first of each kind per line. */
export function lint(text: string): readonly Suspect[] {
  return text.split('\n').flatMap((line, at) =>
    patterns.flatMap(([what, pattern]) => {
      const [found] = pattern.exec(line) ?? [];
      return found === undefined ? [] : [{ what, line: at + 1, text: found }];
    }),
  );
}
