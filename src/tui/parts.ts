import type { Client } from '../client/call.ts';
import type { Stage } from './shell.ts';

/** What every screen is made with. */
export interface Parts {
  readonly ask: Client['call'];
  readonly stage: Stage;
  /** Milliseconds since 1970 UTC. */
  readonly now: () => number;
}
