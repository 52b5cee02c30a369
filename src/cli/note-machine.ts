import type { Cli } from './cli.ts';

/** Says in one line on which kind of machine this runs and what follows; nothing on an ordinary one. */
export function noteMachine(cli: Cli): void {
  const machine = cli.machine();
  if (machine) cli.print.note(`this is ${machine.means}`);
}
