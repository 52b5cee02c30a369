import type { Reply } from '../../core/operation.ts';
import type { Operations } from '../../features/operations.ts';
import { askedLine, wordsOf } from '../asked-line.ts';
import type { Cli, Register } from '../cli.ts';
import { withExamples } from '../examples.ts';

export const register: Register = (parent, bind) => {
  const command = parent
    .command('recovery')
    .description('24 words that open your memory on a new device when no other one is left.');
  const creates = command
    .command('create')
    .description('Make the words, show them once, and ask for three of them again. Older words open nothing new.')
    .action(bind(create));
  withExamples(creates, ['prsist recovery create', 'prsist recovery create --json   # then prsist recovery confirm']);
  const confirms = command
    .command('confirm')
    .description('For scripts: the words at the positions that `recovery create --json` named, on stdin.')
    .action(bind(confirm));
  withExamples(confirms, ['echo "abandon zoo vote" | prsist recovery confirm']);
  const tests = command
    .command('test')
    .description('Try the words (asked for, or piped in): they open the keyring, and nothing is changed.')
    .action(bind(test));
  withExamples(tests, ['prsist recovery test', 'prsist recovery test < words.txt']);
  withExamples(command, ['prsist recovery create', 'prsist recovery test']);
};

async function create(cli: Cli): Promise<number> {
  const made = await cli.client.call('recovery.create', {});
  if (cli.options.json) {
    cli.print.json(made);
    return 0;
  }
  cli.print.table(rows(made.words));
  cli.print.note('shown this once: write them down, on paper, not in a file');
  if (made.replaces) cli.print.note('they replace the words you have: those open nothing that is written from then on');
  if (!cli.stdin().isTTY) {
    cli.print.note(`they do not count yet: pipe the words ${made.positions.join(', ')} into prsist recovery confirm`);
    return 0;
  }
  return counted(cli, await askedLine(cli, `the words ${made.positions.join(', ')} again, in one line:`));
}

async function confirm(cli: Cli): Promise<number> {
  return counted(cli, await askedLine(cli, 'the words that were asked for, in one line:'));
}

async function counted(cli: Cli, line: string): Promise<number> {
  const reply = await cli.client.call('recovery.confirm', { words: wordsOf(line) });
  cli.answer(reply, () => cli.print.line('the words count from now on: prsist recovery test tries them'));
  return 0;
}

async function test(cli: Cli): Promise<number> {
  const words = wordsOf(await askedLine(cli, 'the 24 recovery words, in one line:'));
  const reply: Reply<Operations['recovery.test']> = await cli.client.call('recovery.test', { words });
  cli.answer(reply, () => cli.print.line(`they open keyring ${reply.keyring_version}; nothing was changed`));
  return 0;
}

/** Six rows of four words, each with its number. */
function rows(words: readonly string[]): string[][] {
  const numbered = words.map((word, n) => `${String(n + 1).padStart(2)} ${word}`);
  return Array.from({ length: Math.ceil(words.length / 4) }, (_, row) => numbered.slice(row * 4, row * 4 + 4));
}
