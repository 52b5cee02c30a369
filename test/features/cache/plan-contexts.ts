// Contexts that plans are made of.
import { join } from 'node:path';
import { readProviders } from '../../../src/config/provider-rules.ts';
import type { PlanContext } from '../../../src/features/cache/plan/cache-plan.ts';
import type { Segment } from '../../../src/features/cache/segment.ts';

export const providers = readProviders(join(import.meta.dirname, '../../..'));

export function segment(slot: string, rest: Partial<Segment> = {}): Segment {
  return { slot, kind: 'system', place: 'system', text: slot, tokens: 1_000, change: 0.0005, ...rest };
}

export function turn(n: number, role: 'user' | 'assistant' | 'tool', rest: Partial<Segment> = {}): Segment {
  return segment(`turn:${n}`, {
    kind: 'dynamic',
    place: 'messages',
    role,
    text: `turn ${n}`,
    tokens: 100,
    change: 0,
    ...rest,
  });
}

const tool = { name: 'read', description: 'reads a file', input_schema: { type: 'object' } };

/** An agent in its second request: tools, rules, a frozen snapshot, one call of a tool, what changes every time. */
export const agentContext: PlanContext = {
  segments: [
    segment('git', { kind: 'dynamic', text: 'two files are dirty', tokens: 100, change: 0.6 }),
    segment('snapshot', {
      kind: 'documentation',
      text: 'what is remembered',
      tokens: 2_000,
      change: 0.3,
      frozen: true,
    }),
    segment('rules', { text: 'be brief', tokens: 3_000 }),
    segment('tools', { place: 'tools', text: JSON.stringify([tool]), tokens: 9_000 }),
    turn(1, 'user', { text: 'mend the till', tokens: 200 }),
    turn(2, 'assistant', { block: 'call', call: 'c1', tool: 'read', text: '{"path":"till.ts"}', tokens: 50 }),
    turn(3, 'tool', { block: 'result', call: 'c1', text: 'export const till = 1;', tokens: 1_500 }),
  ],
  session: 's-1',
  project: 'p-1',
};
