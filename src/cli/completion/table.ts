// What may stand where on a command line.
import { hookedAgents, layers, priorities, scopes } from '../../core/words.ts';
import { type CommandNode, globalOptions, type OptionNode } from '../tree.ts';

/** What only a daemon knows. */
export const kinds = [
  ...['sessions', 'agents', 'remotes', 'keys', 'projects', 'devices'],
  ...['handoffs', 'tasks', 'conflicts', 'settings', 'documents'],
] as const;
export type Kind = (typeof kinds)[number];

/** Words that are always the same, something that is asked for, or anything, files among it. */
export type Value = { readonly words: readonly string[] } | { readonly kind: Kind } | 'anything';

export interface OptionPlace extends OptionNode {
  readonly value: Value;
}

/** What may stand behind a command. */
export interface Place {
  /** '' for prsist itself. */
  readonly path: string;
  readonly subcommands: readonly { readonly name: string; readonly description: string }[];
  readonly argument: Value;
  readonly options: readonly OptionPlace[];
}

const byOption: Readonly<Record<string, Value>> = {
  '--session': { kind: 'sessions' },
  '--agent': { kind: 'agents' },
  '--agents': { kind: 'agents' },
  '--remote': { kind: 'remotes' },
  '--entry': { kind: 'keys' },
  '--project': { kind: 'projects' },
  '--projects': { kind: 'projects' },
  '--to-device': { kind: 'devices' },
  '--scope': { words: scopes },
  '--layer': { words: layers },
  '--priority': { words: priorities },
};

/** Commands whose first argument is something that is there already. */
const byCommand: readonly (readonly [RegExp, Value])[] = [
  [
    /^(?:resume|session (?:resume|message|end|show|messages|context|put|compact|export)|cache (?:audit|explain))$/,
    { kind: 'sessions' },
  ],
  [/^(?:handoff|session handoff|hook)$/, { kind: 'agents' }],
  [/^(?:handoff|session) (?:accept|decline)$/, { kind: 'handoffs' }],
  [/^remote (?:remove|test)$/, { kind: 'remotes' }],
  [/^context (?:get|delete|history|restore|tag|link|trust|feedback|store)$/, { kind: 'keys' }],
  [/^project (?:link|remove)$/, { kind: 'projects' }],
  [/^device (?:revoke|rename)$/, { kind: 'devices' }],
  [/^task update$/, { kind: 'tasks' }],
  [/^conflicts (?:show|resolve)$/, { kind: 'conflicts' }],
  [/^config (?:explain|get|set)$/, { kind: 'settings' }],
  [/^document (?:get|history|retire|restore)$/, { kind: 'documents' }],
  [/^completion$/, { words: ['bash', 'zsh', 'fish'] }],
];

/** Every place of the command line, prsist itself first. */
export function completionTable(tree: readonly CommandNode[]): readonly Place[] {
  const described = new Map(tree.map(({ path, description }) => [path, description]));
  const below = (path: string, names: readonly string[]) =>
    names.map((name) => ({ name, description: described.get(`${path} ${name}`.trim()) ?? '' }));
  const top = tree.filter(({ path }) => !path.includes(' ')).map(({ path }) => path);
  const help = { flags: '-h, --help', names: ['--help', '-h'], takesValue: false, description: 'this help' };
  const everywhere = [...globalOptions, help].map(placed);
  const version = { flags: '--version', names: ['--version'], takesValue: false, description: 'the version' };
  return [
    {
      ...{ path: '', argument: 'anything', options: [...everywhere, placed(version)] },
      subcommands: [...below('', top), { name: 'help', description: 'options and examples of a command' }],
    },
    { path: 'help', subcommands: below('', top), argument: { words: ['all'] }, options: [] },
    ...tree.map(({ path, subcommands, options }): Place => {
      const argument = byCommand.find(([pattern]) => pattern.test(path))?.[1] ?? 'anything';
      return {
        path,
        argument,
        subcommands: below(path, subcommands),
        options: [...options.map(placed), ...everywhere],
      };
    }),
  ];
}

function placed(option: OptionNode): OptionPlace {
  const long = option.names.find((name) => name.startsWith('--')) ?? '';
  return { ...option, value: option.takesValue ? (byOption[long] ?? 'anything') : 'anything' };
}

/** Names that need nobody to be asked. */
export const agentNames: readonly string[] = hookedAgents;
