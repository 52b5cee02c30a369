import { PrsistError } from '../../core/errors.ts';
import type { Cli, Register } from '../cli.ts';
import { completionScript, type Shell, shells } from '../completion/scripts.ts';
import { completionTable, type Kind, kinds } from '../completion/table.ts';
import { choices } from '../completion/words.ts';
import { withExamples } from '../examples.ts';
import { commandTree } from '../tree.ts';

/** Somebody waits with a finger on the key. */
const patienceMs = 150;

export const register: Register = (parent, bind) => {
  const command = parent
    .command('completion')
    .description('The script by which your shell completes commands, options, sessions, agents, remotes and keys.')
    .argument('<shell>', shells.join(', '))
    .argument('[kind]', 'behind `words`: what is to be completed; used by the scripts')
    .action(bind(completion));
  withExamples(command, [
    'eval "$(prsist completion bash)"   # in ~/.bashrc',
    'eval "$(prsist completion zsh)"    # in ~/.zshrc, after compinit',
    'prsist completion fish > ~/.config/fish/completions/prsist.fish',
  ]);
};

async function completion(cli: Cli, asked: string, kind: string | undefined): Promise<void> {
  if (asked === 'words') return offer(cli, kind);
  const shell = shells.find((each) => each === asked);
  if (shell === undefined) throw unknown(asked);
  cli.print.line((await scriptOf(shell)).trimEnd());
}

async function scriptOf(shell: Shell): Promise<string> {
  return completionScript(shell, completionTable(await commandTree()));
}

/** Prints words with their meaning behind a tab. Whatever goes wrong, nothing is said: it is in the middle of a line. */
async function offer(cli: Cli, asked: string | undefined): Promise<void> {
  const kind = kinds.find((each): each is Kind => each === asked);
  if (kind === undefined) return;
  const client = cli.callAs({ whenAbsent: 'fail', timeoutMs: patienceMs, notice: () => undefined });
  try {
    for (const [word, meaning] of await choices(client, kind)) cli.print.line(`${word}\t${meaning}`);
  } catch {
    // no daemon, no project, too slow: there is nothing to offer
  }
}

function unknown(asked: string): PrsistError {
  return new PrsistError('input/invalid', `there is no completion for ${asked}`, {
    field: 'shell',
    hint: `prsist completion ${shells.join('|')}`,
  });
}
