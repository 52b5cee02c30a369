import { join } from 'node:path';
import { type Context, type Feature, feature } from '../feature.ts';
import { contract } from './contract.ts';
import { list, summary } from './summary.ts';
import { type Surroundings, takeBeats } from './take.ts';

export interface ActivityNeeds {
  /** What the project of a request wants of it. */
  readonly around: (context: Context) => Surroundings;
}

/** Where people spend their time in editors: heartbeats, joined to stretches. */
export function activityFeature(needs: ActivityNeeds): Feature {
  return feature(contract, {
    migrations: { directory: join(import.meta.dirname, 'migrations'), files: ['0021-activity.sql'] },
    verbs: {
      'activity.heartbeat': (tx, { items }, context) => ({ accepted: takeBeats(tx, items, needs.around(context)) }),
      'activity.list': list,
      'activity.summary': summary,
    },
  });
}
