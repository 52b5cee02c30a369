import type { CachePlan, ProviderRequest } from '../cache-plan.ts';
import type { Layout } from '../layout.ts';
import { inputOf, type Part, partsOf, type Turn, turnsOf } from './blocks.ts';
import { toolsOf } from './tools.ts';

type Plain = Readonly<Record<string, unknown>>;

/** A request to Gemini's generateContent; with an explicit entry the call that makes it stands before. */
export function geminiRequest(plan: CachePlan, layout: Layout): ProviderRequest {
  const model = `models/${plan.model ?? 'MODEL'}`;
  const path = `/v1beta/${model}:generateContent`;
  const turns = turnsOf(layout, { tail: 'apart' });
  const { explicit } = plan;
  const head = headOf(layout);
  if (explicit === null) {
    return { method: 'POST', path, headers: {}, body: { ...head, contents: contentsOf(turns) }, before: [] };
  }
  const isKept = (part: Part) => part.at <= explicit.upto;
  const kept = turns.map((turn) => ({ ...turn, parts: turn.parts.filter(isKept) }));
  const rest = turns.map((turn) => ({ ...turn, parts: turn.parts.filter((part) => !isKept(part)) }));
  const contents = contentsOf(kept);
  const cached = { model, ...head, ...(contents.length === 0 ? {} : { contents }), ttl: `${explicit.ttl_s}s` };
  return {
    ...{ method: 'POST', path, headers: {} },
    // the name comes from the answer to the call before
    body: { cachedContent: 'cachedContents/NAME', contents: contentsOf(rest) },
    before: [{ method: 'POST', path: '/v1beta/cachedContents', headers: {}, body: cached }],
  };
}

function headOf(layout: Layout): Plain {
  const system = partsOf(layout, 'system').map(({ block }) => ({ text: block.segment.text }));
  const tools = toolsOf(partsOf(layout, 'tools'));
  const known = tools.filter(({ native }) => native === undefined);
  const declared = known.map(({ name, description, schema }) => ({
    ...{ name, ...(description === undefined ? {} : { description }), parametersJsonSchema: schema },
  }));
  const natives = tools.flatMap(({ native }) => (native === undefined ? [] : [native]));
  const lists = [...(declared.length === 0 ? [] : [{ functionDeclarations: declared }]), ...natives];
  return {
    ...(system.length === 0 ? {} : { systemInstruction: { parts: system } }),
    ...(lists.length === 0 ? {} : { tools: lists }),
  };
}

function contentsOf(turns: readonly Turn[]): readonly Plain[] {
  const said = turns.filter(({ parts }) => parts.length > 0);
  const calls = said.flatMap(({ parts }) => parts.filter(({ block }) => block.segment.block === 'call'));
  const names = new Map(calls.map(({ block: { segment } }) => [segment.call, segment.tool]));
  return said.map(({ role, parts }) => ({
    role: role === 'assistant' ? 'model' : 'user',
    parts: parts.map(({ block }) => {
      const { segment } = block;
      if (segment.block === 'call') return { functionCall: { name: segment.tool ?? '', args: inputOf(block) } };
      if (segment.block !== 'result') return { text: segment.text };
      return { functionResponse: { name: names.get(segment.call) ?? '', response: { output: segment.text } } };
    }),
  }));
}
