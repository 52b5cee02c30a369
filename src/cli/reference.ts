// Every command with its options and examples, as text and as a page of the manual.
import { type CommandNode, globalOptions, type OptionNode } from './tree.ts';

/** What `prsist help all` ends with. */
export function referenceText(tree: readonly CommandNode[]): string {
  return tree.map(commandText).join('\n\n');
}

function commandText(command: CommandNode): string {
  const width = Math.max(0, ...[...command.options, ...shownArguments(command)].map(({ flags }) => flags.length));
  const rows = [...shownArguments(command), ...command.options].map(
    ({ flags, description }) => `    ${flags.padEnd(width)}  ${description}`,
  );
  const examples = command.examples.map((line) => `    $ ${line}`);
  return [`prsist ${usageOf(command)}`, `  ${command.description}`, ...rows, ...examples].join('\n');
}

function usageOf({ path, subcommands, arguments: given, options }: CommandNode): string {
  const below = subcommands.length === 0 ? [] : [subcommands.join('|')];
  const more = options.length === 0 ? [] : ['[options]'];
  return [path, ...below, ...given.map(({ shown }) => shown), ...more].join(' ');
}

function shownArguments(command: CommandNode): readonly Pick<OptionNode, 'flags' | 'description'>[] {
  return command.arguments.flatMap(({ shown, description }) =>
    description === '' ? [] : [{ flags: shown, description }],
  );
}

const exits = [
  ['0', 'done'],
  ['1', 'refused or not found'],
  ['2', 'usage'],
  ['69', 'the daemon is unavailable'],
  ['70', 'a bug'],
  ['75', 'try later'],
  ['77', 'permission'],
  ['78', 'configuration'],
  ['130', 'interrupted'],
] as const;

/** A page for man(1). */
export function manualPage(tree: readonly CommandNode[], version: string): string {
  return [
    `.TH PRSIST 1 "" "prsist ${escaped(version)}" "User Commands"`,
    '.SH NAME',
    'prsist \\- the memory your coding agents share',
    '.SH SYNOPSIS',
    '.B prsist',
    '.I command',
    '[options]',
    '.SH DESCRIPTION',
    'Sessions, decisions and what was done, kept for every coding agent of a person: across sessions, agents and machines.',
    'One daemon per person holds it and starts by itself.',
    '.SH OPTIONS OF EVERY COMMAND',
    ...globalOptions.flatMap(taggedOption),
    '.SH EVERY DAY',
    ...tree.filter(({ group }) => group === 'everyday').flatMap(manualEntry),
    '.SH MORE COMMANDS',
    ...tree.filter(({ group }) => group === 'more').flatMap(manualEntry),
    '.SH EXIT STATUS',
    ...exits.flatMap(([status, meaning]) => ['.TP', `.B ${status}`, meaning]),
    '.SH FILES',
    '.TP',
    '.I ~/.config/prsist/config.yaml',
    'settings: prsist config explain',
    '.TP',
    '.I ~/.local/share/prsist',
    'the memory',
    '',
  ].join('\n');
}

function manualEntry(command: CommandNode): string[] {
  return [
    `.SS prsist ${escaped(usageOf(command))}`,
    escaped(command.description),
    ...shownArguments(command).flatMap(taggedOption),
    ...command.options.flatMap(taggedOption),
    ...(command.examples.length === 0
      ? []
      : ['.PP', '.nf', ...command.examples.map((line) => `.RS 4\n${escaped(line)}\n.RE`), '.fi']),
  ];
}

function taggedOption({ flags, description }: Pick<OptionNode, 'flags' | 'description'>): string[] {
  return ['.TP', `.B ${escaped(flags)}`, escaped(description)];
}

/** Dashes as they are typed, and no line that begins with what roff takes for a request. */
function escaped(text: string): string {
  return text
    .replaceAll('\\', '\\e')
    .replaceAll('-', '\\-')
    .replace(/^([.'])/gm, '\\&$1');
}
