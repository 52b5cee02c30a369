import { dirname, join } from 'node:path';
import type { Client } from '../../client/call.ts';
import { type ErrorCode, PrsistError } from '../../core/errors.ts';
import { readText } from '../../platform/files.ts';
import { randomHex } from '../../platform/random.ts';
import { type Ran, type Run, runProgram } from '../../platform/run.ts';
import { monotonic, wait } from '../../platform/time.ts';
import type { Cli } from '../cli.ts';
import type { DemoHome } from './home.ts';
import type { Show } from './show.ts';
import type { Story } from './story.ts';

/** What every step of the demonstration is given. */
export interface Stage {
  readonly cli: Cli;
  readonly home: DemoHome;
  readonly show: Show;
  readonly story: Story;
  /** Where the bundled samples lie. */
  readonly samples: string;
  /** A repository of the user's, cloned; the bundled one when absent. */
  readonly source: string | undefined;
  /** Transcripts of the user's; the bundled ones when absent. */
  readonly transcripts: string | undefined;
  /** The work tree the agents work in. */
  readonly repository: string;
  readonly client: Client;
  /** Says whether something is as it must be; what is not, is what the demonstration ends with. */
  readonly expect: (what: string, isSo: boolean) => void;
  /** True from the moment the user wants out: nothing is begun any more. */
  readonly isStopped: () => boolean;
}

/** What a step has measured, as it stands in the reply; snake_case. */
export type Figures = Readonly<Record<string, unknown>>;

/** What a step comes to: one line for people, the figures for programs. */
export interface Outcome {
  readonly summary: string;
  readonly figures: Figures;
}

export interface CommandOptions {
  readonly cwd?: string;
  /** What is shown of the command line, where it is longer than anybody wants to read. */
  readonly as?: string;
  /** Killed after so long; 60 s when absent. */
  readonly timeoutMs?: number;
}

/** Runs the real command in the home and shows its command line. Its output is the caller's to show. */
export async function prsist(stage: Stage, args: readonly string[], options: CommandOptions = {}): Promise<Ran> {
  stage.show.command(options.as ?? `prsist ${args.map(quoted).join(' ')}`);
  const ran = await quietly(stage, args, options);
  if (ran.status !== 0) stage.show.output(ran.stderr);
  return ran;
}

/** The same without a word. */
export function quietly(
  stage: Stage,
  args: readonly string[],
  { cwd = stage.repository, timeoutMs = 60_000 }: CommandOptions = {},
): Promise<Ran> {
  const launcher = join(dirname(stage.cli.places.daemon), 'prsist');
  return run(stage, { program: process.execPath, args: [launcher, ...args], cwd, timeoutMs });
}

/** Runs a program in the home, unless the user wants out. */
export function run(stage: Stage, asked: Omit<Run, 'env'> & { readonly env?: Run['env'] }): Promise<Ran> {
  if (stage.isStopped()) throw broken('interrupted');
  return runProgram({ env: stage.home.env, ...asked });
}

/** A client that asks nothing any more once the user wants out: a question would start the daemon again. */
export function untilStopped(client: Client, isStopped: () => boolean): Client {
  const guarded: Client['call'] = async (name, input) => {
    if (isStopped()) throw broken('interrupted');
    return client.call(name, input);
  };
  return { ...client, call: guarded };
}

/** Runs git in the home. Throws when it fails. */
export async function git(stage: Stage, cwd: string, args: readonly string[]): Promise<string> {
  const ran = await run(stage, { program: 'git', args, cwd });
  if (ran.status !== 0) throw broken(`git ${args[0]} failed: ${ran.stderr.trim()}`);
  return ran.stdout;
}

/**
 * Fires a hook as its agent does: the command line that stands in the agent's own settings, by sh, the event on stdin.
 * body: members besides hook_event_name.
 */
export async function fire(
  stage: Stage,
  { agent, event, body }: { agent: 'claude-code' | 'codex'; event: string; body: Figures },
): Promise<Ran> {
  const { home, repository } = stage;
  const settings = agent === 'codex' ? '.codex/hooks.json' : '.claude/settings.json';
  const command = hookCommand(readText(join(home.home, settings)) ?? '{}', event);
  const env = agent === 'codex' ? home.env : { ...home.env, CLAUDE_PROJECT_DIR: repository };
  const input = JSON.stringify({ ...body, cwd: repository, hook_event_name: event });
  return run(stage, { program: 'sh', args: ['-c', command], cwd: repository, env, input });
}

function hookCommand(settings: string, event: string): string {
  // written by init in the form both agents share; whatever is not there is caught below
  const { hooks } = JSON.parse(settings) as { hooks?: Record<string, { hooks: { command: string }[] }[]> };
  const command = hooks?.[event]?.[0]?.hooks[0]?.command;
  if (command === undefined) throw broken(`no hook is installed for ${event}`);
  return command;
}

/** The text a hook gives its agent: both agents take it from the same member. '' when it printed nothing. */
export function told(printed: string): string {
  if (printed.trim() === '') return '';
  // made by prsist for these agents; a missing member is no text
  const { hookSpecificOutput } = JSON.parse(printed) as { hookSpecificOutput?: { additionalContext?: string } };
  return hookSpecificOutput?.additionalContext ?? '';
}

/** Looks until there is something to see. what: for the error when there is nothing for too long. */
export async function until<T>(what: string, look: () => Promise<T | undefined> | T | undefined): Promise<T> {
  for (const begun = monotonic(); ; await wait(20)) {
    const seen = await look();
    if (seen !== undefined) return seen;
    if (monotonic() - begun > 10_000) throw broken(`waited in vain for ${what}`);
  }
}

/** An id as agents give their conversations: a random UUID. */
export function newId(): string {
  const hex = randomHex(16);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20)}`;
}

/** Why the demonstration cannot go on. */
export function broken(message: string, code: ErrorCode = 'internal'): PrsistError {
  return new PrsistError(code, message, { hint: 'run it again with --keep and look at prsist daemon logs' });
}

function quoted(word: string): string {
  return /^[\w@%+=:,./~-]+$/.test(word) ? word : `"${word}"`;
}
