import type { Place, Value } from './table.ts';

/** A word of ours for a script of sh: nothing in it is special. */
export function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

/** Functions for bash and zsh that set what may stand behind a command, and what the value of an option is. */
export function shellTable(places: readonly Place[]): string {
  const rows = places.map(({ path, subcommands, options, argument }) => {
    const names = options.flatMap((option) => option.names);
    const set = [
      `subs=${quoted(subcommands.map(({ name }) => name).join(' '))}`,
      `opts=${quoted(names.join(' '))}`,
      `arg=${quoted(valueWord(argument))}`,
    ];
    return `  ${quoted(path)}) ${set.join(' ')} ;;`;
  });
  return `_prsist_place() {
  subs= opts= arg=
  case "$1" in
${rows.join('\n')}
  esac
}

_prsist_option() {
  takes=
  case "$1" in
${optionRows(places).join('\n')}
  esac
}`;
}

/** One line per option that takes a value; the same everywhere, since names mean the same in every command. */
function optionRows(places: readonly Place[]): string[] {
  const rows = new Map<string, string>();
  for (const { names, takesValue, value } of places.flatMap(({ options }) => options)) {
    if (takesValue) for (const name of names) rows.set(name, valueWord(value));
  }
  return [...rows].map(([name, word]) => `  ${name}) takes=${quoted(word)} ;;`);
}

/** `@sessions` is asked for; `file` is left to the shell; else the words themselves. */
function valueWord(value: Value): string {
  if (value === 'anything') return 'file';
  return 'kind' in value ? `@${value.kind}` : value.words.join(' ');
}
