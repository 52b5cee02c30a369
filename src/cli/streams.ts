import { errorCode } from '../platform/files.ts';
import type { Sink } from './print.ts';

export interface Streams {
  readonly stdout: Sink;
  readonly stderr: Sink;
}

/** A stream of this process, opened at its first use: most commands never need stderr, and opening costs a millisecond. */
export function openedLater(name: 'stdout' | 'stderr'): Sink {
  let stream: NodeJS.WriteStream | undefined;
  const opened = () => {
    stream ??= process[name].on('error', (error) => cannotWrite(name, error));
    return stream;
  };
  return {
    write: (text) => opened().write(text),
    get isTTY() {
      return opened().isTTY;
    },
    get columns() {
      return opened().columns;
    },
  };
}

function cannotWrite(name: 'stdout' | 'stderr', error: Error): never {
  if (errorCode(error) === 'EPIPE') process.exit(0); // `| head` has seen enough
  // stderr may be as full as stdout, and then there is nobody left to tell
  if (name === 'stdout')
    process.stderr.on('error', () => process.exit(1)).write(`error: cannot write: ${error.message}\n`);
  process.exit(1);
}
