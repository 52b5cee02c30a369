import type { Reply } from '../../core/operation.ts';
import type { Operations } from '../../features/operations.ts';
import type { Cli, Register } from '../cli.ts';
import { withExamples } from '../examples.ts';
import { plural } from '../print.ts';
import { cut, oneLine } from '../text.ts';

type Report = Reply<Operations['hygiene.get']>;

const kinds = [
  ['exact', 'the same text twice'],
  ['near', 'almost the same text'],
  ['echo', 'repeated by an agent, not kept'],
  ['stale', 'superseded, or its file is gone'],
  ['secret', 'a secret was taken out of it'],
] as const satisfies readonly (readonly [keyof Report, string])[];

export const register: Register = (parent, bind) => {
  const command = parent
    .command('hygiene')
    .description(
      'How clean what is kept is: duplicates, echoes, stale texts and secrets, with examples. Nothing is deleted.',
    )
    .action(bind(hygiene));
  withExamples(command, ['prsist hygiene', 'prsist hygiene --json']);
};

async function hygiene(cli: Cli): Promise<void> {
  const reply = await cli.client.call('hygiene.get', {});
  cli.answer(reply, () => {
    cli.print.line(`${plural(reply.texts, 'text')} of entries and documents`);
    const rows = kinds.map(([kind, meaning]) => {
      const { count, rate } = reply[kind];
      return [kind, String(count), `${(100 * rate).toFixed(1)} %`, meaning];
    });
    cli.print.table(rows);
    for (const [kind] of kinds) showExamples(cli, kind, reply[kind].examples);
  });
}

function showExamples(cli: Cli, kind: string, examples: Report['exact']['examples']): void {
  for (const { name, as, text } of examples) {
    const like = as === null ? '' : ` (${cut(oneLine(as), 40)})`;
    cli.print.line(`${kind}: ${cut(oneLine(name), 40)}${like}: ${cut(oneLine(text), 60)}`);
  }
}
