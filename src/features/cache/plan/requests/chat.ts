import type { Layout } from '../layout.ts';
import { inputOf, joined, type Part, partsOf, type Turn, turnsOf } from './blocks.ts';
import { chatTools } from './tools.ts';

type Plain = Readonly<Record<string, unknown>>;

/** How providers differ in what they otherwise all take. */
export interface Dialect {
  /** JSON text as OpenAI wants it, or the object itself. */
  readonly input: 'text' | 'object';
}

/** Messages and tools of a chat completion: texts as plain strings, which every provider takes. */
export function chatBody(layout: Layout, model: string | null, dialect: Dialect = { input: 'text' }): Plain {
  const system = joined(partsOf(layout, 'system'));
  const tools = chatTools(partsOf(layout, 'tools'));
  const turns = turnsOf(layout, { tail: 'apart' }).flatMap((turn) => messagesOf(turn, dialect));
  return {
    ...(model === null ? {} : { model }),
    messages: [...(system === '' ? [] : [{ role: 'system', content: system }]), ...turns],
    ...(tools.length === 0 ? {} : { tools }),
  };
}

function messagesOf({ role, parts }: Turn, dialect: Dialect): readonly Plain[] {
  if (role === 'tool') return parts.map(resultOf);
  // what the model thought is never sent back
  const said = parts.filter(({ block }) => block.segment.block === undefined);
  if (role === 'user') return said.length === 0 ? [] : [{ role, content: joined(said) }];
  const calls = parts.filter(({ block }) => block.segment.block === 'call').map((part) => callOf(part, dialect));
  if (said.length === 0 && calls.length === 0) return [];
  return [{ role, content: joined(said), ...(calls.length === 0 ? {} : { tool_calls: calls }) }];
}

function resultOf({ block: { segment } }: Part): Plain {
  return { role: 'tool', ...(segment.call === undefined ? {} : { tool_call_id: segment.call }), content: segment.text };
}

function callOf({ block }: Part, { input }: Dialect): Plain {
  const { segment } = block;
  const given = input === 'text' ? JSON.stringify(inputOf(block)) : inputOf(block);
  return {
    ...(segment.call === undefined ? {} : { id: segment.call }),
    ...{ type: 'function', function: { name: segment.tool ?? '', arguments: given } },
  };
}
