import { isAbsolute, resolve } from 'node:path';
import type { Command } from 'commander';
import { agentFrom } from '../client/agent.ts';
import { type Client, type ClientOptions, createClient } from '../client/call.ts';
import { type Machine, machineOf, type Traces } from '../core/machine.ts';
import type { Printer } from './print.ts';

/** Where the built pieces lie, told by the launcher. */
export interface Places {
  /** bin/prsist-daemon. */
  readonly daemon: string;
  /** operations.json, what `api --list` shows. */
  readonly operations: string;
  /** mcp.mjs, what `mcp` runs. */
  readonly mcp: string;
  /** dashboard.mjs, what `dashboard` runs. */
  readonly dashboard: string;
}

/** What surrounds one command; handed in, so that a test can be the surroundings. */
export interface World {
  readonly places: Places;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  readonly stdin: () => AsyncIterable<Buffer | string> & { readonly isTTY?: boolean };
  /** Resolves at the first Ctrl-C from now on, which then does not end the process. */
  readonly interrupted: () => { readonly signalled: Promise<void>; readonly release: () => void };
  readonly now: () => number;
  /** What the machine shows of itself beside its variables. */
  readonly traces: Omit<Traces, 'env'>;
}

export interface GlobalOptions {
  readonly json?: boolean;
  readonly project?: string;
  readonly quiet?: boolean;
  readonly color?: boolean;
  readonly debug?: boolean;
  readonly timeout?: number;
}

/** What a command is given besides its own arguments. */
export interface Cli extends World {
  readonly client: Client;
  readonly print: Printer;
  readonly options: GlobalOptions;
  /** Id, name or directory of the project this command is about. */
  readonly place: string;
  /** The agent this command runs inside, when it does. */
  readonly agent: string | undefined;
  /** On which kind of machine this runs, where that matters to what is captured. */
  readonly machine: () => Machine | undefined;
  /** A client for another environment, directory or agent than this command's own. */
  readonly callAs: (who: CallAs) => Client;
  /** Prints a reply as JSON when that was asked for, else as `show` does. */
  readonly answer: <R>(reply: R, show: (reply: R) => void) => void;
}

export interface CallAs extends Partial<Pick<ClientOptions, 'env' | 'agent' | 'timeoutMs' | 'whenAbsent' | 'notice'>> {
  /** Id, name or absolute directory; the working directory when absent. */
  readonly project?: string;
}

/** What a handler gives is the exit status; nothing is 0. */
export type Handler<A extends readonly unknown[]> = (cli: Cli, ...args: A) => Promise<number> | Promise<void>;
/** Makes a handler commander's action. */
export type Bind = <A extends readonly unknown[]>(handler: Handler<A>) => (...args: A) => Promise<void>;
/** Adds one command with its options to a parent. */
export type Register = (parent: Command, bind: Bind) => void;

/** Puts together what a command gets. */
export function createCli(world: World, print: Printer, options: GlobalOptions): Cli {
  const agent = agentFrom(world.env);
  const callAs = (who: CallAs) =>
    createClient({
      env: world.env,
      agent,
      notice: (text) => print.note(text),
      ...(options.timeout === undefined ? {} : { timeoutMs: options.timeout * 1000 }),
      ...who,
      daemon: world.places.daemon,
      project: who.project ?? projectOf(options.project, world.cwd),
    });
  const answer: Cli['answer'] = (reply, show) => (options.json ? print.json(reply) : show(reply));
  const place = projectOf(options.project, world.cwd);
  const machine = () => machineOf({ ...world.traces, env: world.env });
  return { ...world, print, options, place, agent, machine, callAs, answer, client: callAs({}) };
}

/** `--project` may be an id, a name or a directory: what begins with a dot or holds a slash is a directory. */
export function projectOf(given: string | undefined, cwd: string): string {
  if (given === undefined || given === '') return cwd;
  return isAbsolute(given) || given.startsWith('.') || /[\\/]/.test(given) ? resolve(cwd, given) : given;
}
