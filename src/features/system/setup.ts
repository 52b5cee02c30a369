import { PrsistError } from '../../core/errors.ts';
import type { Parsed, Reply } from '../../core/operation.ts';
import type { Write } from '../../store/record-type.ts';
import type { Context, JobContext } from '../feature.ts';
import { touchedBy } from './init.ts';
import type { SystemNeeds } from './needs.ts';
import type { setupContract } from './setup-contract.ts';
import { declined, droppedEvents } from './unlisted.ts';
import { requireRepository } from './which-project.ts';

type Operations = typeof setupContract;
type Result = Readonly<Record<string, unknown>>;

const policyKey = 'capture.policy';

/** The verbs for what is said once per person. */
export function setupVerbs(needs: SystemNeeds) {
  return {
    'system.setup': (context: JobContext, input: Parsed<Operations['system.setup']>) => setup(needs, context, input),
    'project.unlisted': ({ read }: Context): Reply<Operations['project.unlisted']> => ({
      items: needs.unlisted.waiting().map(({ root, events, since }) => {
        return { root, events, since: new Date(since).toISOString() };
      }),
      dropped: droppedEvents(read.user),
    }),
    'project.decline': (tx: Write, input: Parsed<Operations['project.decline']>, context: Context) => {
      const { answer } = input;
      requirePerson(context);
      const root = requireRepository(input.directory, needs.daemon.home).mainTop;
      declined(tx, { root, answer });
      needs.unlisted.drop(root);
      return { root, answer };
    },
  };
}

/** What is captured is for the person to say. */
function requirePerson({ caller }: Context): void {
  if (caller.agent === undefined) return;
  throw new PrsistError('auth/refused', 'agents do not decide what is captured', {
    hint: 'do it in a terminal of your own',
  });
}

/** Hooks and scripts first, the policy after: what fails on the way can be done again, and done again changes nothing. */
async function setup(
  needs: SystemNeeds,
  context: JobContext,
  input: Parsed<Operations['system.setup']>,
): Promise<Result> {
  if (!input.dry_run) requirePerson(context);
  const asked = { agents: input.agents, homes: input.agent_homes, mcp: false };
  const plan = await needs.hooks.planUser(asked);
  const result = { touched: touchedBy(plan) };
  const now = needs.config.explain(policyKey, undefined)[0]?.value;
  const policy = input.policy ?? now;
  if (input.dry_run) return { ...result, policy, dry_run: true };
  needs.hooks.carryOut(plan, 'there');
  needs.daemon.makeBriefKey();
  if (policy !== now) needs.config.set({ key: policyKey, value: policy, project: undefined, dry_run: false });
  return { ...result, policy, next: needs.hooks.stepsAfter(plan, asked) };
}
