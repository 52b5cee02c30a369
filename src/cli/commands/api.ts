import { PrsistError } from '../../core/errors.ts';
import { readText } from '../../platform/files.ts';
import type { Cli, Register } from '../cli.ts';
import { withExamples } from '../examples.ts';
import { follow } from '../follow.ts';
import { jsonFrom, textOrStdin } from '../input.ts';

interface ApiOptions {
  readonly list?: boolean;
  readonly wait?: boolean;
}

/** A line of operations.json, written by the build. */
interface Listed {
  readonly name: string;
  readonly effect: string;
  readonly summary: string;
  readonly fields: readonly string[];
}

export const register: Register = (parent, bind) => {
  const command = parent
    .command('api')
    .description('Any operation, JSON in and out.')
    .argument('[operation]', 'noun.verb')
    .argument('[json]', 'the request, {} when absent; "-" reads stdin')
    .option('--list', 'every operation, with the fields of its request')
    .option('--wait', 'follow the job an operation starts, and print its end')
    .action(bind(api));
  withExamples(command, [
    'prsist api --list',
    `prsist api context.store '{"key":"api.style","value":"REST"}'`,
    `prsist api store.verify '{"deep":true}' --wait`,
    'jq -n \'{query:"redis"}\' | prsist api search.query -',
  ]);
};

async function api(cli: Cli, name: string | undefined, json: string | undefined, options: ApiOptions): Promise<number> {
  if (options.list) return listed(cli);
  if (name === undefined || !/^[a-z]+\.[a-z][a-z_-]*$/.test(name)) {
    throw new PrsistError('input/invalid', 'which operation? noun.verb', { hint: 'prsist api --list' });
  }
  const text = json === undefined ? '{}' : await textOrStdin(cli, json, 'json');
  const reply = await cli.client.post(name, jsonFrom(text, 'json'));
  if (!options.wait || typeof reply.job_id !== 'string') {
    print(cli, reply);
    return 0;
  }
  const job = await follow(cli, { job_id: reply.job_id });
  if (job === 130) return job;
  print(cli, job);
  return 0;
}

function print(cli: Cli, reply: unknown): void {
  if (cli.print.isTerminal && !cli.options.json) cli.print.line(JSON.stringify(reply, null, 2));
  else cli.print.json(reply);
}

function listed(cli: Cli): number {
  const text = readText(cli.places.operations);
  if (text === undefined)
    throw new PrsistError('internal', 'the list of operations is missing', { hint: 'npm run build' });
  // written by our own build
  const operations = JSON.parse(text) as readonly Listed[];
  if (cli.options.json) cli.print.json({ items: operations });
  else
    cli.print.table(
      operations.map(({ name, effect, summary, fields }) => [name, effect, `${summary} {${fields.join(' ')}}`]),
    );
  return 0;
}
