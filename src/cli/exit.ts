import { CommanderError } from 'commander';
import { errorBody, errorTable, PrsistError } from '../core/errors.ts';
import { errorCode } from '../platform/files.ts';
import { cleaned } from './text.ts';

/** Commander's code for: a command was missing, so the help was printed. */
const helpShown = 'commander.help';

export interface Report {
  readonly exit: number;
  readonly stdout: string;
  readonly stderr: string;
}

interface Telling {
  readonly as: 'text' | 'json';
  readonly stack: 'shown' | 'hidden';
  /** The command it happened in, as it is typed: `prsist session show`. */
  readonly command: string;
}

/** What a person and a script are told about a failure, and the exit status: the row of its code. */
export function failure(error: unknown, { as, stack, command }: Telling): Report {
  if (error instanceof CommanderError && (error.exitCode === 0 || (error.code === helpShown && as === 'text'))) {
    return { exit: error.exitCode === 0 ? 0 : 2, stdout: '', stderr: '' };
  }
  const known = error instanceof CommanderError ? usageError(error, command) : toPrsistError(error);
  const trace = stack === 'shown' && error instanceof Error ? `${error.stack ?? ''}\n` : '';
  if (as === 'json') {
    return { exit: errorTable[known.code].exit, stdout: jsonError(known), stderr: trace };
  }
  const hint = hintOf(known, command);
  return {
    exit: errorTable[known.code].exit,
    stdout: '',
    stderr: `error: ${cleaned(known.message)}\n${hint}${trace}`,
  };
}

/** What to type next; where the error says no more than that there is help, the command that shows it. */
function hintOf({ code, hint }: PrsistError, command: string): string {
  if (hint === '') return '';
  const isGeneral = code === 'input/invalid' && hint === errorTable[code].hint;
  return `try: ${isGeneral ? `${command} --help` : cleaned(hint)}\n`;
}

/** Commander's message in our form: "Did you mean" becomes the line that says what to type. */
function usageError({ code, message }: CommanderError, command: string): PrsistError {
  if (code === helpShown) return new PrsistError('input/invalid', 'which command?', { hint: `${command} --help` });
  const [, said = message, near] =
    /^(?:error: )?(.*?)(?:\n\(Did you mean (?:one of )?([^?,]+).*)?\s*$/s.exec(message) ?? [];
  return new PrsistError('input/invalid', said, { hint: `${command} ${near?.trim() ?? '--help'}` });
}

function toPrsistError(error: unknown): PrsistError {
  if (error instanceof PrsistError) return error;
  const message = error instanceof Error ? error.message : String(error);
  if (['EACCES', 'ENOENT', 'EISDIR', 'EPERM'].includes(errorCode(error))) {
    return new PrsistError('file/unreadable', message, { cause: error });
  }
  return new PrsistError('internal', message, { cause: error, hint: 'run it again with --debug' });
}

function jsonError(error: PrsistError): string {
  return `${JSON.stringify({ success: false, error: errorBody(error) })}\n`;
}
