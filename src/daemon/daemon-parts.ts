import type { Paths } from '../platform/paths.ts';

/** What a daemon is started with. */
export interface DaemonParts {
  readonly paths: Paths;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly packageRoot: string;
  readonly nodePath: string;
  readonly token: string;
  readonly pid: number;
  /** The daemon before this one did not leave by itself; null when it did. */
  readonly crashedAt: number | null;
  readonly onDrain: () => void;
}
