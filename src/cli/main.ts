import { Command } from 'commander';
import { PrsistError } from '../core/errors.ts';
import { productVersion } from '../core/protocol.ts';
import { environment } from '../platform/environment.ts';
import { kernelName } from '../platform/host.ts';
import { wallClock } from '../platform/time.ts';
import { exists } from '../platform/walk.ts';
import { askUnlisted } from './ask-unlisted.ts';
import { type CatalogEntry, catalog } from './catalog.ts';
import { type Bind, createCli, type GlobalOptions, type Places, type World } from './cli.ts';
import { failure } from './exit.ts';
import { everydayHelp, wholeHelp } from './help.ts';
import { seconds } from './input.ts';
import { createPrinter } from './print.ts';
import { openedLater, type Streams } from './streams.ts';
import { beforeDashes, commandName, pathOf, searchWords, showHelp } from './usage.ts';

/** Runs the command of this process. places: where the launcher found the built pieces. Returns the exit status. */
export function main(places: Places): Promise<number> {
  const argv = process.argv.slice(2);
  const streams = { stdout: openedLater('stdout'), stderr: openedLater('stderr') };
  process.on('uncaughtException', (error) => process.exit(report(error, { argv, streams, command: 'prsist' })));
  const world = {
    places,
    env: environment(),
    get cwd() {
      return workingDirectory();
    },
    stdin: () => process.stdin,
    interrupted,
    now: wallClock,
    traces: { exists, kernel: kernelName() },
  };
  return run(argv, world, streams);
}

function workingDirectory(): string {
  try {
    return process.cwd();
  } catch (error) {
    throw new PrsistError('file/unreadable', 'the working directory is gone', { hint: 'cd to another', cause: error });
  }
}

/** Runs one command line in a world. argv: without program and script. Returns the exit status, never throws. */
export async function run(argv: readonly string[], world: World, streams: Streams): Promise<number> {
  const running = { world, streams, state: { exit: 0 }, json: beforeDashes(argv).includes('--json') };
  let program: Command | undefined;
  try {
    if (argv[0] === 'hook' && !asksForHelp(argv)) {
      return await (await import('./commands/hook.ts')).runHook(argv.slice(1), world, streams.stdout);
    }
    if (commandName(argv) === 'help') return await help(argv, running);
    program = await programFor(argv, running);
    await program.parseAsync(prepared(argv), { from: 'user' });
    return running.state.exit;
  } catch (error) {
    return report(error, { argv, streams, command: program ? pathOf(program, argv) : 'prsist' });
  }
}

function asksForHelp(argv: readonly string[]): boolean {
  return argv.some((word) => word === '--help' || word === '-h');
}

interface Failed {
  readonly argv: readonly string[];
  readonly streams: Streams;
  readonly command: string;
}

function report(error: unknown, { argv, streams, command }: Failed): number {
  const options = beforeDashes(argv);
  const stack = options.includes('--debug') ? 'shown' : 'hidden';
  const { exit, stdout, stderr } = failure(error, { as: options.includes('--json') ? 'json' : 'text', stack, command });
  if (stdout !== '') streams.stdout.write(stdout);
  if (stderr !== '') streams.stderr.write(stderr);
  return exit;
}

async function help(argv: readonly string[], running: Running): Promise<number> {
  const words = argv.slice(argv.indexOf('help') + 1).filter((word) => !word.startsWith('-'));
  if (words.length === 0) running.streams.stdout.write(everydayHelp());
  else if (words[0] === 'all') running.streams.stdout.write(await wholeHelp());
  else showHelp(await programFor(words, running), words);
  return 0;
}

/** What commander is given: nothing asks for help; a name that is none is refused even where its help is asked for. */
function prepared(argv: readonly string[]): string[] {
  const name = commandName(argv);
  if (argv.length === 0) return ['--help'];
  if (name === 'search') return [...searchWords(argv)];
  const isKnown = name === undefined || catalog.some((entry) => entry.name === name);
  return argv.filter((word) => isKnown || !['--help', '-h'].includes(word));
}

interface Running {
  readonly world: World;
  readonly streams: Streams;
  readonly state: { exit: number };
  readonly json: boolean;
}

/** The program with the one command that is asked for; with the names of all when it is none of them, for suggestions. */
async function programFor(argv: readonly string[], running: Running): Promise<Command> {
  const name = commandName(argv);
  const entry = catalog.find((candidate) => candidate.name === name);
  const program = emptyProgram(running);
  if (entry) (await entry.load()).register(program, binder(running));
  else for (const candidate of catalog) addName(program, candidate);
  return program;
}

function emptyProgram({ streams: { stdout, stderr }, json }: Running): Command {
  const program = new Command('prsist')
    .exitOverride()
    .configureOutput({
      writeOut: (text) => stdout.write(text),
      writeErr: (text) => json || stderr.write(text),
      outputError: () => undefined, // told by `report`
    })
    .helpCommand(false)
    .version(json ? JSON.stringify({ version: productVersion }) : productVersion, '--version', 'the version')
    .helpOption('-h, --help', 'this help')
    .option('--project <id|name|dir>', 'another project than the one of this directory')
    .option('--json', 'the reply as JSON')
    .option('--quiet', 'no talk on stderr but errors')
    .option('--no-color', 'no colour')
    .option('--timeout <seconds>', 'how long to wait for an answer (30)', seconds)
    .option('--debug', 'show the stack of an error');
  program.helpInformation = everydayHelp;
  return program;
}

function addName(program: Command, { name, summary }: CatalogEntry): void {
  program.command(name).summary(summary);
}

function binder({ world, streams, state, json }: Running): Bind {
  return (handler) =>
    async (...args) => {
      // commander hands the command itself over last
      const command = args.at(-1) as unknown as Command;
      const options = command.optsWithGlobals<GlobalOptions>();
      const isPlain = options.color === false || Boolean(world.env.NO_COLOR) || world.env.TERM === 'dumb';
      const talk = json ? 'none' : options.quiet ? 'errors' : 'all';
      const print = createPrinter({
        stdout: streams.stdout,
        stderr: streams.stderr,
        color: isPlain ? 'never' : 'auto',
        talk,
      });
      const cli = createCli(world, print, options);
      await askUnlisted(cli, topName(command));
      const exit = await handler(cli, ...args);
      state.exit = typeof exit === 'number' ? exit : 0;
    };
}

/** Name of the command as it stands behind `prsist`. */
function topName(command: Command): string {
  const { parent } = command;
  return parent?.parent ? topName(parent) : command.name();
}

function interrupted(): ReturnType<World['interrupted']> {
  let release = (): void => undefined;
  const signalled = new Promise<void>((resolve) => {
    const heard = () => resolve();
    process.once('SIGINT', heard);
    release = () => void process.off('SIGINT', heard);
  });
  return { signalled, release };
}
