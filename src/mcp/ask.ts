import { createClient, type OperationName } from '../client/call.ts';
import { PrsistError } from '../core/errors.ts';
import type { Reply, Request } from '../core/operation.ts';
import type { Operations } from '../features/operations.ts';

/** Asks the daemon as the agent that is connected. Throws PrsistError. */
export type Ask = <N extends OperationName>(name: N, input: Request<Operations[N]>) => Promise<Reply<Operations[N]>>;

export interface Connected {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Path of bin/prsist-daemon. */
  readonly daemon: string;
  /** Id, name or directory. */
  readonly project: string;
  readonly agent: string;
  /** Told each time the answer came from the person's own project, because the directory belongs to none. */
  readonly outside?: () => void;
}

/** An `Ask` for one agent. Outside any project it falls back to the person's own, as HTTP without one does. */
export function asker({ project, outside, ...rest }: Connected): Ask {
  const here = createClient({ ...rest, project });
  const personal = createClient(rest);
  return async (name, input) => {
    try {
      return await here.call(name, input);
    } catch (error) {
      if (!(error instanceof PrsistError) || error.code !== 'project/required') throw error;
      outside?.();
      return await personal.call(name, input);
    }
  };
}
