import type { Reply } from '../../core/operation.ts';
import type { Operations } from '../../features/operations.ts';
import type { Cli, Register } from '../cli.ts';
import { withExamples } from '../examples.ts';
import { oneLine } from '../text.ts';

type Setting = Reply<Operations['config.explain']>['items'][number];

export const register: Register = (parent, bind) => {
  const command = parent.command('config').description('The settings.');
  const explains = command
    .command('explain')
    .description('What a setting is now, where that comes from and what it may be.')
    .argument('[key]', 'all settings when absent')
    .action(bind(explain));
  withExamples(explains, ['prsist config explain', 'prsist config explain daemon.idle_exit_minutes']);
  withExamples(command, ['prsist config explain']);
};

async function explain(cli: Cli, key: string | undefined): Promise<void> {
  const reply = await cli.client.call('config.explain', { key });
  cli.answer(reply, ({ items }) => cli.print.table(key === undefined ? items.map(line) : items.flatMap(details)));
}

function line(item: Setting): readonly string[] {
  return [item.key, shown(item.value), oneLine(item.source), oneLine(item.meaning)];
}

function details(item: Setting): readonly (readonly string[])[] {
  return [
    ['key', item.key],
    ['value', shown(item.value)],
    ['from', oneLine(item.source)],
    ['may be', oneLine(item.range)],
    ['meaning', oneLine(item.meaning)],
    ['variable', item.variable],
  ];
}

function shown(value: unknown): string {
  if (value === null || value === undefined) return '-';
  return oneLine(typeof value === 'string' ? value : JSON.stringify(value));
}
