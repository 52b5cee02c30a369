import { PrsistError } from '../../../../core/errors.ts';
import type { Part } from './blocks.ts';

type Plain = Readonly<Record<string, unknown>>;

/** A tool in the words that all providers have; `native` where it is in no form that is known: a tool of the provider's own. */
export interface Tool {
  readonly name: string;
  readonly description: string | undefined;
  readonly schema: unknown;
  readonly native: Plain | undefined;
  /** Position of the block it comes from; the last of its block carries the breakpoint. */
  readonly at: number;
  readonly isLast: boolean;
}

/** The tools of a request, from the forms of Anthropic, OpenAI and MCP. Throws input/invalid where a text is no list of tools. */
export function toolsOf(parts: readonly Part[]): readonly Tool[] {
  return parts.flatMap(({ block, at }) => {
    const list = parsed(block.segment.text, block.segment.slot);
    return list.map((tool, n) => ({ ...toolOf(tool), at, isLast: n === list.length - 1 }));
  });
}

function parsed(text: string, slot: string): readonly Plain[] {
  try {
    const value: unknown = JSON.parse(text);
    const list = Array.isArray(value) ? value : [value];
    if (list.every((each): each is Plain => typeof each === 'object' && each !== null)) return list;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  throw new PrsistError('input/invalid', `the text of ${slot} is no JSON list of tools`, {
    ...{ field: 'segments', hint: 'place tools takes [{"name": …, "description": …, "input_schema": …}]' },
  });
}

function toolOf(tool: Plain): Omit<Tool, 'at' | 'isLast'> {
  const inner = tool['function'];
  const plain = typeof inner === 'object' && inner !== null ? (inner as Plain) : tool; // an object, as looked at
  const schema = plain['input_schema'] ?? plain['inputSchema'] ?? plain['parameters'];
  const { name, description } = plain;
  const isKnown = typeof name === 'string' && schema !== undefined;
  return {
    name: typeof name === 'string' ? name : '',
    description: typeof description === 'string' ? description : undefined,
    ...{ schema, native: isKnown ? undefined : tool },
  };
}

/** As chat completions take them. */
export function chatTools(parts: readonly Part[]): readonly Plain[] {
  return toolsOf(parts).map(
    ({ name, description, schema, native }) =>
      native ?? {
        type: 'function',
        function: { name, ...(description === undefined ? {} : { description }), parameters: schema },
      },
  );
}
