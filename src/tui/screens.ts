import type { Cli } from '../cli/cli.ts';
import type { Client } from '../client/call.ts';
import { later } from '../platform/time.ts';
import type { Link } from './link.ts';
import { ActivityScreen } from './screens/activity.ts';
import { CacheScreen } from './screens/cache.ts';
import { HealthScreen } from './screens/health.ts';
import { OverviewScreen } from './screens/overview.ts';
import { SearchScreen } from './screens/search.ts';
import { SessionsScreen } from './screens/sessions.ts';
import { SyncScreen } from './screens/sync.ts';
import type { Screen, Stage } from './shell.ts';

/** What every screen gets. */
export interface Around {
  readonly cli: Cli;
  readonly client: Client;
  readonly link: Link;
  readonly stage: Stage;
}

/** All of them, in the order of their numbers. */
export function screens(around: Around): readonly Screen[] {
  const { stage } = around;
  const ask: Around['client']['call'] = (name, input) => around.link.heard(around.client.call(name, input));
  const parts = { ask, stage, now: around.cli.now };
  const sessions = new SessionsScreen(parts);
  return [
    new OverviewScreen(parts),
    sessions,
    new SearchScreen({ ...parts, later, openSession: (id) => sessions.openById(id) }),
    new CacheScreen(parts),
    new SyncScreen(parts),
    new HealthScreen({ ...parts, cli: around.cli }),
    new ActivityScreen(parts),
  ];
}
