import type { Dispatch } from './dispatch.ts';
import type { Moment } from './event-stream.ts';
import type { Projects } from './projects.ts';

/** Operations of the cache that change what is kept, or say what a provider would be sent. */
const told: Readonly<Record<string, string>> = {
  'cache.load': 'cache.loaded',
  'cache.warm': 'cache.warmed',
  'cache.plan': 'cache.planned',
  'cache.clear': 'cache.cleared',
  'cache.evict': 'cache.evicted',
};

/** Answers as before, and tells listeners what was done to the cache of a project. */
export function tellingCache(
  dispatch: Dispatch,
  projects: () => Projects,
  tell: (project: string, moment: Moment) => void,
): Dispatch {
  return async (asked) => {
    const answer = await dispatch(asked);
    const event = told[asked.operation];
    if (event !== undefined) {
      const { session = null, agent = null } = asked.caller;
      tell(projects().resolve(asked.project).id, { event, session_id: session, agent });
    }
    return answer;
  };
}
