// The agent's own to-do list: written whole by TodoWrite, piece by piece by TaskCreate and TaskUpdate.
import type { CapturedPlan, JsonValue } from '../../../core/captured.ts';
import type { Turn } from './claude-state.ts';
import type { JsonObject } from './json-reading.ts';
import { asList, asObject, asText } from './json-reading.ts';

type Step = CapturedPlan['steps'][number];
export type PlanList = { session: string; steps: Step[] };

const maxLists = 16;
const maxSteps = 200;
const maxText = 300;

/** The steps of a list as an agent writes it: `{content | step | subject, status, id?}`; the place stands in for an id. */
export function planSteps(list: JsonValue | undefined): readonly Step[] {
  const steps: Step[] = [];
  for (const [at, entry] of asList(list).slice(0, maxSteps).entries()) {
    const todo = asObject(entry);
    const text = asText(todo?.content) ?? asText(todo?.step) ?? asText(todo?.subject);
    if (text === undefined) continue;
    steps.push({
      id: asText(todo?.id) ?? String(at + 1),
      text: text.slice(0, maxText),
      status: statusOf(todo?.status),
    });
  }
  return steps;
}

export function addPlan(turn: Turn, callId: string, steps: readonly Step[]): void {
  turn.items.push({ kind: 'plan', session: turn.session, at: turn.at, key: [callId, 'plan'], steps: [...steps] });
}

/** Applies a TaskCreate or TaskUpdate that succeeded. input: of the call; details: the result's `toolUseResult`. */
export function applyTask(turn: Turn, call: { id: string; input: JsonValue }, details: JsonObject | undefined): void {
  const list = listOf(turn);
  const input = asObject(call.input);
  const id = asText(input?.taskId);
  if (id === undefined) addStep(list, asText(input?.subject), asText(asObject(details?.task)?.id));
  else updateStep(list, id, input);
  addPlan(turn, call.id, list.steps);
}

function listOf(turn: Turn): PlanList {
  const known = turn.state.plans.find((plan) => plan.session === turn.session);
  if (known !== undefined) return known;
  const list = { session: turn.session, steps: [] };
  turn.state.plans.push(list);
  if (turn.state.plans.length > maxLists) turn.state.plans.shift();
  return list;
}

function addStep(list: PlanList, text: string | undefined, id: string | undefined): void {
  if (text === undefined || list.steps.length >= maxSteps) return;
  list.steps.push({ id: id ?? String(list.steps.length + 1), text: text.slice(0, maxText), status: 'open' });
}

function updateStep(list: PlanList, id: string, input: JsonObject | undefined): void {
  const at = list.steps.findIndex((step) => step.id === id);
  const step = list.steps[at];
  if (step === undefined) return;
  if (input?.status === 'deleted') {
    list.steps.splice(at, 1);
    return;
  }
  list.steps[at] = {
    id,
    text: asText(input?.subject)?.slice(0, maxText) ?? step.text,
    status: input?.status === undefined ? step.status : statusOf(input.status),
  };
}

function statusOf(status: JsonValue | undefined): Step['status'] {
  if (status === 'completed' || status === 'done') return 'done';
  return status === 'in_progress' ? 'in_progress' : 'open';
}
