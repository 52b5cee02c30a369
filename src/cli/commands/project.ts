import type { Cli, Register } from '../cli.ts';
import { withExamples } from '../examples.ts';
import { size } from '../print.ts';
import { shortIds } from '../short-ids.ts';
import { oneLine } from '../text.ts';
import { absoluteTime, relativeTime } from '../when.ts';
import { addChanges } from './project-change.ts';

export const register: Register = (parent, bind) => {
  const command = parent.command('project').description('The projects known here.');
  const lists = command.command('list').description('Every project, with its size.').action(bind(list));
  withExamples(lists, ['prsist project list']);
  const shows = command
    .command('show')
    .description('The project of this directory, or of --project.')
    .action(bind(show));
  withExamples(shows, ['prsist project show', 'prsist project show --project shop']);
  addChanges(command, bind);
  withExamples(command, ['prsist project list', 'prsist project show', 'prsist project rename shop']);
};

async function list(cli: Cli): Promise<void> {
  const reply = await cli.client.call('project.list', {});
  cli.answer(reply, ({ items }) => {
    if (items.length === 0) return cli.print.note('no project yet: prsist init');
    const short = shortIds(items.map((item) => item.project_id));
    cli.print.table(
      items.map((item) => [
        short(item.project_id),
        oneLine(item.name),
        item.state === 'active' ? '' : item.state,
        item.last_activity === null ? '-' : relativeTime(item.last_activity, cli.now()),
        size(item.db_bytes),
        oneLine(item.roots.join(' ')),
      ]),
    );
  });
}

async function show(cli: Cli): Promise<void> {
  const reply = await cli.client.call('project.show', {});
  cli.answer(reply, () =>
    cli.print.table([
      ['project', reply.project_id],
      ['name', oneLine(reply.name)],
      ['state', reply.state],
      ...reply.roots.map((root) => ['root', oneLine(root)]),
      ['active', reply.last_activity === null ? '-' : absoluteTime(reply.last_activity, cli.now())],
      [
        'holds',
        `${reply.entries} entries, ${reply.sessions} sessions, ${reply.messages} messages, ${reply.records} records`,
      ],
      ['size', size(reply.db_bytes)],
    ]),
  );
}
