import { dirname, join } from 'node:path';
import { PrsistError } from '../../../core/errors.ts';
import type { FileEdit, FileOperation, FoundFile } from '../../../core/file-edit.ts';

export interface ScriptFacts {
  /** `<home>/.local/share/prsist/bin`, whatever PRSIST_HOME and XDG say: the hook command never changes. */
  readonly bin: string;
  /** `<home>/.local/share/prsist/state-dir` */
  readonly stateDirectoryNote: string;
  readonly stateDirectory: string;
  /** Texts of hooks/agent.sh, hooks/git.sh, hooks/start.sh of this installation. */
  readonly agent: string;
  readonly git: string;
  readonly start: string;
  /** Text of hooks/opencode.js, which is installed where opencode loads it. */
  readonly plugin: string;
  readonly nodePath: string;
  /** Absolute paths of bin/prsist-daemon and bin/prsist. */
  readonly daemonPath: string;
  readonly commandPath: string;
  /** Name and value of what `startEnvironment` says. */
  readonly environment: readonly (readonly [string, string])[];
}

/**
 * What a daemon started by a hook needs in its environment to use the directories this installation uses.
 * A hook prefers the noted state directory to XDG variables, so they are noted even where they have their defaults.
 */
export function startEnvironment(paths: {
  readonly prsistHome?: string;
  readonly config: string;
  readonly data: string;
  readonly state: string;
}): readonly (readonly [string, string])[] {
  if (paths.prsistHome) return [['PRSIST_HOME', paths.prsistHome]];
  return [
    ['XDG_CONFIG_HOME', dirname(paths.config)],
    ['XDG_DATA_HOME', dirname(paths.data)],
    ['XDG_STATE_HOME', dirname(paths.state)],
  ];
}

/** Path, mode and text of every file installed for the hooks, in the order in which they are written. */
export function scriptFiles(
  facts: ScriptFacts,
): readonly { readonly path: string; readonly mode: number; readonly text: string }[] {
  const line = (name: string, value: string) => {
    if (/[\n\0]/.test(value))
      throw new PrsistError('input/invalid', `${name} holds a line break: ${JSON.stringify(value)}`);
    return `${value}\n`;
  };
  const environment = facts.environment.map(([name, value]) => line(name, `${name}=${value}`)).join('');
  return [
    { path: facts.stateDirectoryNote, mode: 0o600, text: line('state directory', facts.stateDirectory) },
    { path: join(facts.bin, 'node-path'), mode: 0o600, text: line('path of node', facts.nodePath) },
    { path: join(facts.bin, 'daemon-path'), mode: 0o600, text: line('path of prsist-daemon', facts.daemonPath) },
    { path: join(facts.bin, 'start-env'), mode: 0o600, text: environment },
    { path: join(facts.bin, 'prsist'), mode: 0o700, text: launcher(facts) },
    { path: join(facts.bin, 'prsist-start'), mode: 0o700, text: facts.start },
    { path: join(facts.bin, 'prsist-git-hook'), mode: 0o700, text: facts.git },
    { path: join(facts.bin, 'prsist-hook'), mode: 0o700, text: facts.agent },
  ];
}

/**
 * Plans the scripts and notes under `~/.local/share/prsist`, and the state directory.
 * found: what stands at the paths of scriptFiles; one that is missing there counts as absent. Nothing when all is current.
 */
export function planScripts(facts: ScriptFacts, found: ReadonlyMap<string, FoundFile>): readonly FileOperation[] {
  const edits = scriptFiles(facts).flatMap(({ path, mode, text }): FileEdit[] => {
    const file = found.get(path) ?? { kind: 'absent' };
    if (file.kind === 'text' && file.text === text && (file.mode & 0o777) === mode) return [];
    const before = file.kind === 'text' ? file.text : null;
    const created = file.kind === 'absent';
    return [
      { kind: 'edit', subject: 'own-file', path, before, after: text, mode, created, inserted: text, containers: [] },
    ];
  });
  if (edits.length === 0) return [];
  const directories = [facts.bin, join(facts.stateDirectory, 'spool'), join(facts.stateDirectory, 'printed')];
  return [...directories.map((path) => ({ kind: 'directory', path }) as const), ...edits];
}

/** For programs that start prsist without the user's PATH, such as MCP entries. */
function launcher(facts: ScriptFacts): string {
  return `#!/bin/sh
node=${quoted(facts.nodePath)}
[ -x "$node" ] || node=node
exec "$node" ${quoted(facts.commandPath)} "$@"
`;
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
