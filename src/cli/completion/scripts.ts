// What shells are given, written from the commands there are. None of them starts a daemon, or asks one for long.
import { quoted, shellTable } from './shell-table.ts';
import type { Place } from './table.ts';

export const shells = ['bash', 'zsh', 'fish'] as const;
export type Shell = (typeof shells)[number];

/** The script of a shell. */
export function completionScript(shell: Shell, places: readonly Place[]): string {
  return { bash, zsh, fish }[shell](places);
}

/** Also for bash 3.2, which macOS has. Words from the daemon are never evaluated. */
function bash(places: readonly Place[]): string {
  return `# Completion of prsist for bash. In ~/.bashrc: eval "$(prsist completion bash)"
${shellTable(places)}

_prsist_offer() {
  local word
  while IFS= read -r word; do
    case "$word" in "$cur"*) COMPREPLY+=("$word") ;; esac
  done
}

_prsist_value() {
  case "$1" in
  file) ;;
  @*) _prsist_offer < <(command prsist completion words "\${1#@}" 2>/dev/null | cut -f1) ;;
  *) _prsist_offer < <(printf '%s\\n' $1) ;;
  esac
}

_prsist() {
  local cur prev path subs opts arg takes word at
  cur="\${COMP_WORDS[COMP_CWORD]}" prev="\${COMP_WORDS[COMP_CWORD-1]}" path= at=1
  COMPREPLY=()
  while [ "$at" -lt "$COMP_CWORD" ]; do
    word="\${COMP_WORDS[at]}" at=$((at + 1))
    _prsist_place "$path"
    case "$word" in
    -*) _prsist_option "$word"; [ -n "$takes" ] && at=$((at + 1)) ;;
    *) case " $subs " in *" $word "*) path="\${path:+$path }$word" ;; esac ;;
    esac
  done
  _prsist_place "$path"
  _prsist_option "$prev"
  if [ -n "$takes" ]; then _prsist_value "$takes"; return; fi
  case "$cur" in
  -*) _prsist_value "$opts" ;;
  *) [ -n "$subs" ] && _prsist_value "$subs"; _prsist_value "$arg" ;;
  esac
}
complete -o default -F _prsist prsist
`;
}

function zsh(places: readonly Place[]): string {
  return `#compdef prsist
# Completion of prsist for zsh. In ~/.zshrc, after compinit: eval "$(prsist completion zsh)"
${shellTable(places)}

_prsist_value() {
  local -a found
  case "$1" in
  file) _files; return ;;
  @*) found=(\${(f)"$(command prsist completion words "\${1#@}" 2>/dev/null | cut -f1)"}) ;;
  *) found=(\${=1}) ;;
  esac
  compadd -a found
}

_prsist() {
  local path_ word subs opts arg takes
  local -i at=2
  while (( at < CURRENT )); do
    word="\${words[at]}"; at+=1
    _prsist_place "$path_"
    case "$word" in
    -*) _prsist_option "$word"; [[ -n "$takes" ]] && at+=1 ;;
    *) [[ " $subs " == *" $word "* ]] && path_="\${path_:+$path_ }$word" ;;
    esac
  done
  _prsist_place "$path_"
  _prsist_option "\${words[CURRENT-1]}"
  if [[ -n "$takes" ]]; then _prsist_value "$takes"; return; fi
  if [[ "\${words[CURRENT]}" == -* ]]; then _prsist_value "$opts"; return; fi
  [[ -n "$subs" ]] && _prsist_value "$subs"
  _prsist_value "$arg"
}
compdef _prsist prsist
`;
}

function fish(places: readonly Place[]): string {
  const lines = places.flatMap(({ path, subcommands, options, argument }) => {
    const here = `-n ${fishQuoted(`__prsist_at ${path}`.trim())}`;
    const asked = typeof argument === 'object' && 'kind' in argument;
    const fixed = typeof argument === 'object' && 'words' in argument ? argument.words : [];
    return [
      ...subcommands.map(
        ({ name, description }) =>
          `complete -c prsist ${here} -f -a ${fishQuoted(name)} -d ${fishQuoted(short(description))}`,
      ),
      ...fixed.map((word) => `complete -c prsist ${here} -f -a ${fishQuoted(word)}`),
      ...(asked ? [`complete -c prsist ${here} -f -a '(__prsist_words ${argument.kind})'`] : []),
      ...options.map((option) => `complete -c prsist ${here} ${fishOption(option)}`),
    ];
  });
  const subs = places
    .filter(({ subcommands }) => subcommands.length > 0)
    .map(({ path, subcommands }) => {
      const names = subcommands.map(({ name }) => name).join(' ');
      return `    case ${fishQuoted(path)}\n      echo ${names} | string split ' '`;
    });
  const valued = new Set(
    places.flatMap(({ options }) => options.flatMap(({ takesValue, names }) => (takesValue ? names : []))),
  );
  return `# Completion of prsist for fish. In ~/.config/fish/completions/prsist.fish: prsist completion fish | source
function __prsist_words
  command prsist completion words $argv[1] 2>/dev/null
end
function __prsist_subs
  switch "$argv[1]"
${subs.join('\n')}
  end
end
function __prsist_at
  set -l path
  set -l skip 0
  for word in (commandline -opc)[2..-1]
    if test $skip = 1
      set skip 0
    else if contains -- $word ${[...valued].join(' ')}
      set skip 1
    else if contains -- $word (__prsist_subs "$path")
      set path $path $word
    end
  end
  test "$path" = "$argv"
end
${lines.join('\n')}
`;
}

function fishOption({ names, takesValue, value, description }: Place['options'][number]): string {
  const flags = names.map((name) => (name.startsWith('--') ? `-l ${name.slice(2)}` : `-s ${name.slice(1)}`));
  const choice =
    value === 'anything'
      ? ''
      : 'kind' in value
        ? `-a '(__prsist_words ${value.kind})'`
        : `-a ${fishQuoted(value.words.join(' '))}`;
  const takes = takesValue ? (value === 'anything' ? '-r' : `-x ${choice}`) : '-f';
  return [...flags, takes, `-d ${fishQuoted(short(description))}`].join(' ');
}

function short(description: string): string {
  return (description.split(/[.;:,(]/)[0] ?? '').slice(0, 70);
}

/** In fish a backslash means something within single quotes too. */
function fishQuoted(text: string): string {
  return text.includes('\\') ? quoted(text.replaceAll('\\', '\\\\')) : `'${text.replaceAll("'", "\\'")}'`;
}
