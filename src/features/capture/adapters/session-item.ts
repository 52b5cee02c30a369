import type { CapturedSession } from '../../../core/captured.ts';

/** What one line says of its conversation; undefined members are left out of the item. */
export interface SessionFacts {
  readonly cwd?: string | undefined;
  readonly branch?: string | undefined;
  readonly head?: string | undefined;
  readonly model?: string | undefined;
  readonly version?: string | undefined;
  readonly parent?: string | undefined;
  readonly forkOf?: string | undefined;
}

export function sessionItem(session: string, at: number, facts: SessionFacts): CapturedSession {
  return {
    kind: 'session',
    session,
    at,
    ...(facts.cwd === undefined ? {} : { cwd: facts.cwd }),
    ...(facts.branch === undefined ? {} : { branch: facts.branch }),
    ...(facts.head === undefined ? {} : { head: facts.head }),
    ...(facts.model === undefined ? {} : { model: facts.model }),
    ...(facts.version === undefined ? {} : { version: facts.version }),
    ...(facts.parent === undefined ? {} : { parent: facts.parent }),
    ...(facts.forkOf === undefined ? {} : { forkOf: facts.forkOf }),
  };
}
