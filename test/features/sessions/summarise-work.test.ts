import { expect, test } from 'vitest';
import {
  filesInFlight,
  lastCommand,
  lastReply,
  nextStep,
  openQuestions,
} from '../../../src/features/sessions/summarise-work.ts';
import { at, command, edit, facts, prompt } from './summarise-given.ts';

test('files in flight: one line per path, newest first, sums and kinds folded, committed ones gone', () => {
  const files = filesInFlight([
    edit(1, 'a.ts', { kind: 'add', added: 10, removed: 0 }),
    edit(2, 'b.ts', { committed: true }),
    edit(3, 'c.ts', { added: null, removed: null }),
    edit(4, 'a.ts'),
    edit(5, 'gone.ts', { kind: 'add' }),
    edit(6, 'gone.ts', { kind: 'delete' }),
  ]);
  expect(files).toEqual([
    { path: 'a.ts', kind: 'add', added: 12, removed: 1, at: at(4) },
    { path: 'c.ts', kind: 'modify', added: null, removed: null, at: at(3) },
  ]);
});

const last = (...commands: readonly ReturnType<typeof command>[]) => lastCommand(facts({ commands }))?.command;

test('the last command is a failure nobody mended, else the newest', () => {
  expect(last(command(1, 'npm test', 'AssertionError'), command(2, 'git status'))).toBe('npm test');
  expect(last(command(1, 'npm test', 'AssertionError'), command(2, 'npm test'))).toBe('npm test');
  expect(lastCommand(facts({ commands: [command(1, 'npm test', 'Error'), command(2, 'npm test')] }))?.error).toBe(null);
  expect(lastCommand(facts())).toBe(null);
});

test('the same command is the same with another directory, pipe or redirection', () => {
  expect(
    last(
      command(1, 'cd /x && go test ./... 2>&1 | tail -5', 'FAIL'),
      command(2, 'go test ./... | tail -50'),
      command(3, 'git diff'),
    ),
  ).toBe('git diff');
});

test('a narrower check that passes does not mend a wider one that failed; a wider one mends the narrower', () => {
  expect(last(command(1, 'go test ./...', 'FAIL'), command(2, 'go test ./core'), command(3, 'git diff'))).toBe(
    'go test ./...',
  );
  expect(last(command(1, 'npm test -- a.test.ts', 'FAIL'), command(2, 'npm test'), command(3, 'git diff'))).toBe(
    'git diff',
  );
});

test('a push refused and then done in another way is done', () => {
  expect(last(command(1, 'git push origin main', 'error: failed to push'), command(2, 'git pull --rebase'))).toBe(
    'git push origin main',
  );
  expect(last(command(1, 'git push', 'no upstream branch'), command(2, 'git push -u origin x'))).toBe(
    'git push -u origin x',
  );
});

test('looking without finding, and a no of the human, are no failures', () => {
  expect(last(command(1, 'npm run build'), command(2, 'grep -rn foo src', 'src/x: No such file'))).toBe(
    'npm run build',
  );
  expect(last(command(1, 'npm run build'), command(2, "bash -lc 'rg -n foo'", null))).toBe('npm run build');
  expect(
    last(
      command(1, 'npm run build'),
      command(2, 'rm -rf dist', "The user doesn't want to proceed"),
      command(3, 'ls -la'),
    ),
  ).toBe('rm -rf dist');
  expect(lastCommand(facts({ commands: [command(1, 'make', 'no rule to make target')] }))?.error).toBe(
    'no rule to make target',
  );
});

test('old failures: a tool that is missing is soon forgotten, a failed check is not, a commit ends both', () => {
  const looks = Array.from({ length: 8 }, (_, place) => command(10 + place, `cat file-${place}`));
  expect(last(command(1, 'yq .a b.yml', 'command not found: yq'), command(2, 'npm run build'), ...looks)).toBe(
    'npm run build',
  );
  const commands = [command(1, 'npm test', 'AssertionError'), ...looks];
  expect(last(...commands)).toBe('npm test');
  const commits = [{ sha: 'a'.repeat(40), subject: 'x', at: at(20) }];
  const committed = facts({ commands: [...commands, command(20, 'git commit -m x')], commits });
  expect(lastCommand(committed)?.command).toBe('git commit -m x');
});

test('an error line is folded and cut', () => {
  const error = lastCommand(facts({ commands: [command(1, 'make', `\terror:\n${'x'.repeat(400)}`)] }))?.error ?? '';
  expect(error.length).toBeLessThanOrEqual(200);
  expect(error).toMatch(/^error: x+…$/);
});

test('the last reply: beginning and last sentence, without the places of files on this machine', () => {
  const reply = (text: string) => lastReply([{ id: 'r', text, at: at(1) }])?.text ?? '';
  expect(reply('Changed [a.ts](/home/x/a.ts#L3). Now run the tests:')).toBe('Changed `a.ts`. Now run the tests:');
  const long = reply(
    `The cause is found.\n\n\`\`\`\n${'code\n'.repeat(50)}\`\`\`\n${'It explains one more thing in some detail. '.repeat(20)}\n\nNext I will update the parser.`,
  );
  expect(long.startsWith('The cause is found.')).toBe(true);
  expect(long.endsWith('… Next I will update the parser.')).toBe(true);
  expect(long.length).toBeLessThanOrEqual(330);
});

test('open questions: only those no prompt followed', () => {
  const replies = [
    { id: 'r1', text: 'Should I drop the old column?', at: at(1) },
    {
      id: 'r2',
      text: 'Done.\n\n1. Do you want the tests in the same commit?\n2. Shall I push it right away?',
      at: at(3),
    },
  ];
  expect(openQuestions(facts({ prompts: [prompt(2, 'yes')], replies }))).toEqual([
    'Do you want the tests in the same commit?',
    'Shall I push it right away?',
  ]);
  expect(openQuestions(facts({ prompts: [prompt(4, 'yes')], replies }))).toEqual([]);
});

test('without tasks the next step of a fresh compaction summary is told, not that of a stale one', () => {
  const text =
    '8. Current Work:\nThe parser.\n\n9. Optional Next Step:\n   Run the fuzz tests of the parser.\n\nMore text.';
  const summaries = [{ text, at: at(5) }];
  expect(nextStep(facts({ summaries, prompts: [prompt(1, 'x')] }))).toBe('Run the fuzz tests of the parser.');
  expect(nextStep(facts({ summaries, prompts: [prompt(6, 'now something else')] }))).toBe(null);
  expect(nextStep(facts())).toBe(null);
});
