import type { Breakpoint, CachePlan, ProviderRequest } from '../cache-plan.ts';
import type { Layout } from '../layout.ts';
import { inputOf, joined, type Part, partsOf, type Turn, turnsOf } from './blocks.ts';
import { toolsOf } from './tools.ts';

type Plain = Readonly<Record<string, unknown>>;

export interface Form {
  /** instructions carry no breakpoint: where there are any, the system text is the first message instead. */
  readonly system: 'instructions' | 'developer message';
  readonly marks: readonly Breakpoint[];
}

/** A request to OpenAI's Responses API. */
export function responsesRequest(plan: CachePlan, layout: Layout, form: Form): ProviderRequest {
  const marks = new Set(form.marks.filter(({ implicit }) => !implicit).map(({ at }) => at));
  const system = partsOf(layout, 'system');
  const tools = toolsOf(partsOf(layout, 'tools')).map(
    ({ name, description, schema, native }) =>
      native ?? {
        ...{ type: 'function', name, ...(description === undefined ? {} : { description }) },
        ...{ parameters: schema, strict: false },
      },
  );
  const isMessage = form.system === 'developer message';
  const developer = { role: 'developer', content: texts(system, marks) };
  const body = {
    ...(plan.model === null ? {} : { model: plan.model }),
    ...(isMessage || system.length === 0 ? {} : { instructions: joined(system) }),
    input: [
      ...(isMessage && system.length > 0 ? [developer] : []),
      ...turnsOf(layout, { tail: 'apart' }).flatMap((turn) => itemsOf(turn, marks)),
    ],
    ...(tools.length === 0 ? {} : { tools }),
    ...(plan.key === null ? {} : { [plan.key.name]: plan.key.value }),
    ...plan.settings,
    store: false,
  };
  return { method: 'POST', path: '/v1/responses', headers: plan.headers, body, before: [] };
}

function itemsOf({ role, parts }: Turn, marks: ReadonlySet<number>): readonly Plain[] {
  if (role === 'user') return [{ role, content: texts(parts, marks) }];
  return parts.map((part) => {
    const { segment } = part.block;
    const call_id = segment.call ?? '';
    if (role === 'tool') return { type: 'function_call_output', call_id, output: texts([part], marks) };
    if (segment.block === 'call') {
      const given = JSON.stringify(inputOf(part.block));
      return { type: 'function_call', call_id, name: segment.tool ?? '', arguments: given };
    }
    return { role, content: segment.text };
  });
}

function texts(parts: readonly Part[], marks: ReadonlySet<number>): readonly Plain[] {
  return parts.map(({ block, at }) => ({
    ...{ type: 'input_text', text: block.segment.text },
    ...(marks.has(at) ? { prompt_cache_breakpoint: { mode: 'explicit' } } : {}),
  }));
}
