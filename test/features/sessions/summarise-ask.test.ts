import { expect, test } from 'vitest';
import { sentencesOf } from '../../../src/features/sessions/sentences.ts';
import { summarise } from '../../../src/features/sessions/summarise.ts';
import { asksOf, isAcknowledgement } from '../../../src/features/sessions/summarise-ask.ts';
import { at, edit, facts, prompt } from './summarise-given.ts';

test('agreeing and going on asks for nothing', () => {
  for (const text of [
    'yes please',
    'continue',
    'looks good, go on',
    'Yes, that looks great - please go ahead with it!',
    'OK thanks, continue please',
    'ja bitte weiter machen',
    '好的，继续',
    '👍',
  ])
    expect(isAcknowledgement(text), text).toBe(true);
  for (const text of ['yes, but rename the flag first', 'go to the login page', 'fix it', '修复登录'])
    expect(isAcknowledgement(text), text).toBe(false);
});

test('the ask is the last prompt that asks, and the first one stands beside it', () => {
  const { ask, earlier } = asksOf([
    prompt(0, 'yes please, that is what I want to do'),
    prompt(1, 'Add rate limiting to the public API'),
    prompt(2, 'Are all the tests passing now?'),
    prompt(3, 'yes, continue'),
    prompt(4, 'Commit and push the branch'),
    prompt(5, 'looks good to me, go ahead please'),
  ]);
  expect(ask).toEqual({ text: 'Commit and push the branch', at: at(4) });
  expect(earlier.map((quote) => quote.at)).toEqual([at(1)]);
});

test('a long prompt between the first and the last is told too', () => {
  const long =
    'Clear the review file, then add log output to the command so that every background step can be verified';
  const { earlier } = asksOf([
    prompt(1, 'Implement the background reviewer'),
    prompt(2, long),
    prompt(3, 'Is there a test for this?'),
    prompt(4, 'Commit what we have so far'),
  ]);
  expect(earlier.map((quote) => quote.text)).toEqual(['Implement the background reviewer', long]);
});

test('short prompts only: the last that is no acknowledgement, else the last', () => {
  expect(asksOf([prompt(1, 'fix the build'), prompt(2, 'ok')]).ask?.text).toBe('fix the build');
  expect(asksOf([prompt(1, 'yes'), prompt(2, 'ok')]).ask?.text).toBe('ok');
  expect(asksOf([])).toEqual({ ask: null, earlier: [] });
});

test('a pasted plan is told by its title and first sentence, within 280 characters', () => {
  const plan = `Implement the following plan:\n\n# ENT-258: Mid-turn commits lose their trailers\n\n## Context\n\nWhen the agent commits during a turn, the hook has not run yet. So the trailer is missing.\n\n## Steps\n\n${'- Change one thing in `a.go` and then another\n'.repeat(100)}`;
  const text = asksOf([prompt(1, plan)]).ask?.text ?? '';
  expect(text).toMatch(
    /^Implement the following plan: ENT-258: Mid-turn commits lose their trailers \/ When the agent commits during a turn, the hook has not run yet\. So the trailer is missing\./,
  );
  expect(text.length).toBeLessThanOrEqual(280);
  expect(text.endsWith('…')).toBe(true);
});

test('of a pasted log the words around it are told', () => {
  const log = '2026-03-04T09:00:00Z INFO boot ok\n    at run (/srv/app.js:10:3)\n{"level":"error"}\n'.repeat(50);
  expect(
    asksOf([prompt(1, `The worker dies at start:\n\`\`\`\nnpm ERR! code 1\n\`\`\`\n${log}\nWhat is wrong with it?`)])
      .ask?.text,
  ).toBe('The worker dies at start: What is wrong with it?');
  const bare = asksOf([prompt(1, log)]).ask?.text ?? '';
  expect(bare.startsWith('2026-03-04T09:00:00Z INFO')).toBe(true);
  expect(bare.length).toBeLessThanOrEqual(280);
});

test('a link alone on its line belongs to the ask', () => {
  expect(
    asksOf([prompt(1, 'please restore what this removed\n\nhttps://github.com/o/r/pull/757/changes')]).ask?.text,
  ).toBe('please restore what this removed / https://github.com/o/r/pull/757/changes');
});

test('sentences end at marks, not at abbreviations, numbers or inside code', () => {
  expect(sentencesOf('Use a map, e.g. a Map. Version 1.2 is fine! Run `a. b` first. 完成了。再来')).toEqual([
    'Use a map, e.g. a Map.',
    'Version 1.2 is fine!',
    'Run `a. b` first.',
    '完成了。',
    '再来',
  ]);
});

test('said: human sentences, verbatim, no question, nothing the ask tells already', () => {
  const snapshot = summarise(
    facts({
      prompts: [
        prompt(1, 'Plan the work on the sessions table'),
        prompt(2, 'Never touch the generated parser files. Is that clear to you now?'),
        prompt(3, 'never touch the generated parser files!'),
        prompt(4, 'Write the migration for the sessions table'),
      ],
      replies: [{ id: 'r', text: 'We must rewrite everything in another language.', at: at(2) }],
    }),
  );
  expect(snapshot.said).toEqual([{ text: 'never touch the generated parser files!', by: 'user', at: at(3) }]);
});

test('said: what was edited afterwards outweighs a little age', () => {
  const others = [
    'Colours belong into one stylesheet only.',
    'Dates are shown in the zone of the reader.',
    'Every button needs a label for screen readers.',
    'Pictures load late on slow lines.',
  ];
  const prompts = [
    prompt(0, 'Prepare the next release of the gateway'),
    prompt(1, 'The rate limiter in limiter/window.ts must count per tenant and per route.'),
    ...others.map((text, place) => prompt(2 + place, text)),
    prompt(9, 'Commit the whole work please'),
  ];
  const said = (edits: Parameters<typeof facts>[0]) =>
    summarise(facts({ prompts, ...edits })).said.map((one) => one.at);
  expect(said({})).not.toContain(at(1));
  expect(said({ edits: [edit(8, 'src/limiter/window.ts'), edit(8, 'src/rate/tenant-route.ts')] })).toContain(at(1));
});

test('said: a pasted plan gives one sentence at most, each cut at 160', () => {
  const plan = [
    'window',
    'ledger',
    'parser',
    'cursor',
    'beacon',
    'harbour',
    'meadow',
    'lantern',
    'engine',
    'garden',
    'bridge',
    'anchor',
  ]
    .map(
      (noun, place) =>
        `Every ${noun} ${place} is written ${noun}${place} by ${noun}s through ${noun}like ${noun}ness${' again'.repeat(10)}.`,
    )
    .join('\n');
  const long = `Remember ${'the long winding road '.repeat(20)}.`;
  const prompts = [
    prompt(1, 'Prepare the next release'),
    prompt(2, plan),
    prompt(3, long),
    prompt(4, 'Run it once more now'),
  ];
  // both the plan and the long prompt are candidates; the latter is told among the earlier asks
  const { said } = summarise(facts({ prompts }));
  expect(plan.length).toBeGreaterThan(1_200);
  expect(said.filter((one) => one.at === at(2))).toHaveLength(1);
  for (const one of said) expect(one.text.length).toBeLessThanOrEqual(160);
});

test('said: a sentence in which the ask was cut off is not told again', () => {
  const words = Array.from({ length: 60 }, (_, place) => `word${place}`).join(' ');
  expect(summarise(facts({ prompts: [prompt(1, `Limit the rate per tenant. When ${words}.`)] })).said).toEqual([]);
});
