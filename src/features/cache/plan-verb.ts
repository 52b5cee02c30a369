import { PrsistError } from '../../core/errors.ts';
import type { Parsed, Reply } from '../../core/operation.ts';
import { hasModel, isLocal, type Providers } from '../../core/provider-rules.ts';
import { estimateTokens } from '../../core/tokens.ts';
import type { Context } from '../feature.ts';
import type { planContract } from './contract-plan.ts';
import type { PlanContext, PlanOptions } from './plan/cache-plan.ts';
import { planWith, render } from './plan/plan.ts';
import { type Recorded, sessionSegments, startSegments } from './plan/recorded.ts';

type Plan = (typeof planContract)['cache.plan'];
type Input = Parsed<Plan>;

/** What plans are handed by the daemon: rules, and what other features know. */
export interface PlanNeeds {
  readonly providers: Providers;
  /** Throws session/not-found, session/ambiguous. */
  readonly conversation: (context: Context, session_id: string) => Recorded;
  /** What agents are told at their start: the brief, and the project's own files. Without secrets. */
  readonly start: (context: Context, session_id: string | undefined) => Parameters<typeof startSegments>[0];
  readonly breathe: () => Promise<void>;
}

interface Source {
  readonly source: Reply<Plan>['source'];
  readonly session_id: string | null;
  readonly planned: PlanContext;
  /** The model that the session used last. */
  readonly used?: string | null;
}

/** Plans a request of given segments, of a recorded session, or of what an agent of the project starts with. */
export function planVerb(needs: PlanNeeds) {
  return async (context: Context, input: Input): Promise<Reply<Plan>> => {
    const { source, session_id, planned, used } = await sourceOf(needs, context, input);
    const { model, model_from, warning } = modelOf(needs.providers, input, used);
    const plan = planWith(needs.providers, planned, input.provider, { ...optionsOf(input), model });
    const request = input.body ? { request: rendered(render(plan, planned)) } : {};
    const { segments, breakpoints, warnings } = plan;
    return {
      ...{ source, session_id, model_from, ...plan },
      ...{ segments: [...segments], breakpoints: [...breakpoints], warnings: [...warning, ...warnings] },
      ...request,
    };
  };
}

async function sourceOf(needs: PlanNeeds, context: Context, input: Input): Promise<Source> {
  const { segments, session_id } = input;
  if (segments !== undefined && session_id !== undefined) {
    throw new PrsistError('input/invalid', 'segments are given: a session would bring its own', {
      ...{ field: 'session_id', hint: 'give one of the two' },
    });
  }
  const project = context.project.id;
  if (segments !== undefined) {
    const given = segments.map((each) => ({ ...each, tokens: each.tokens ?? estimateTokens(each.text) }));
    return { source: 'segments', session_id: null, planned: { segments: given.map(withoutUndefined), project } };
  }
  if (session_id === undefined) {
    const started = startSegments(needs.start(context, undefined));
    return { source: 'project', session_id: null, planned: { segments: started, project } };
  }
  const { model: used, ...session } = await sessionPlanned(needs, context, session_id);
  return { source: 'session', ...session, used };
}

/** A recorded session as it is planned, and the model of its last request. Throws session/not-found, session/ambiguous. */
export async function sessionPlanned(needs: PlanNeeds, context: Context, asked: string) {
  const recorded = needs.conversation(context, asked);
  const { session_id, pauses_s, model } = recorded;
  const before = startSegments(needs.start(context, session_id));
  const segments = await sessionSegments(recorded, before, needs.breathe);
  const planned: PlanContext = { segments, project: context.project.id, session: session_id, pauses_s };
  return { session_id, planned, model };
}

interface ChosenModel {
  readonly model: string | undefined;
  readonly model_from: Reply<Plan>['model_from'];
  readonly warning: Reply<Plan>['warnings'];
}

/** The model that is asked for, else the one the session used, where the provider has it. */
function modelOf(providers: Providers, { provider, model }: Input, used: string | null | undefined): ChosenModel {
  if (model !== undefined) return { model, model_from: 'asked', warning: [] };
  const none: ChosenModel = { model: undefined, model_from: null, warning: [] };
  if (!used) return none;
  if (hasModel(providers, provider, used)) return { model: used, model_from: 'session', warning: [] };
  if (isLocal(provider)) return none;
  const text = `the session used ${used}, of which no rules are known at ${provider}: the safest values are taken`;
  return { ...none, warning: [{ code: 'model-of-session', text }] };
}

type Given = NonNullable<Input['segments']>[number] & { readonly tokens: number };

function withoutUndefined({ role, ...rest }: Given): PlanContext['segments'][number] {
  return role === undefined ? rest : { ...rest, role };
}

function optionsOf(input: Input): PlanOptions {
  const { ttl, messages_ttl, requests_per_minute, expected_reads, window_tokens, slots, state_file } = input;
  return { ttl, messages_ttl, requests_per_minute, expected_reads, window_tokens, slots, state_file };
}

function rendered({ before, ...request }: ReturnType<typeof render>): Reply<Plan>['request'] {
  return { ...request, before: [...before] };
}
