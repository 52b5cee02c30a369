// The commands there are, as they describe themselves: what help, the manual and completion are made of.
import { type Argument, Command, type Option } from 'commander';
import { type CatalogEntry, catalog } from './catalog.ts';
import { examplesOf } from './examples.ts';

export interface ArgumentNode {
  readonly name: string;
  /** As help shows it: `<id>`, `[words...]`. */
  readonly shown: string;
  readonly description: string;
}

export interface OptionNode {
  readonly flags: string;
  /** `--long` and `-s`. */
  readonly names: readonly string[];
  readonly takesValue: boolean;
  readonly description: string;
}

export interface CommandNode {
  /** `session show`. */
  readonly path: string;
  readonly description: string;
  readonly group: CatalogEntry['group'];
  readonly arguments: readonly ArgumentNode[];
  readonly options: readonly OptionNode[];
  readonly examples: readonly string[];
  /** What follows it: `show` of `session`. */
  readonly subcommands: readonly string[];
}

/** Options that every command takes. */
export const globalOptions: readonly OptionNode[] = [
  option('--project <id|name|dir>', 'another project than the one of this directory'),
  option('--json', 'the reply as JSON'),
  option('--quiet', 'no talk on stderr but errors'),
  option('--no-color', 'no colour'),
  option('--timeout <seconds>', 'how long to wait for an answer (30)'),
  option('--debug', 'show the stack of an error'),
];

/** Every command and what is below it, in the order of the catalog. Loads all of them. */
export async function commandTree(): Promise<readonly CommandNode[]> {
  const found: CommandNode[] = [];
  for (const entry of catalog) {
    const program = new Command();
    (await entry.load()).register(program, () => async () => undefined);
    for (const command of program.commands) found.push(...nodesOf(command, entry.group, ''));
  }
  return found;
}

function nodesOf(command: Command, group: CatalogEntry['group'], above: string): CommandNode[] {
  const path = `${above}${command.name()}`;
  const node: CommandNode = {
    ...{ path, group, description: command.description() },
    arguments: command.registeredArguments.map(argumentNode),
    options: command.options.map(optionNode),
    examples: examplesOf(command),
    subcommands: command.commands.map((each) => each.name()),
  };
  return [node, ...command.commands.flatMap((each) => nodesOf(each, group, `${path} `))];
}

function argumentNode(argument: Argument): ArgumentNode {
  const name = `${argument.name()}${argument.variadic ? '...' : ''}`;
  const shown = argument.required ? `<${name}>` : `[${name}]`;
  return { name: argument.name(), shown, description: argument.description };
}

function optionNode({ flags, long, short, required, optional, description }: Option): OptionNode {
  const names = [long, short].filter((name) => typeof name === 'string');
  return { flags, names, takesValue: required || optional, description };
}

function option(flags: string, description: string): OptionNode {
  return { flags, names: [flags.split(' ')[0] ?? flags], takesValue: flags.includes('<'), description };
}
