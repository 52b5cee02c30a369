// gpt-5.6 and later: entries end exactly at breakpoints, one of which the provider places itself at the newest message.
import { valueFor } from '../../../../core/provider-rules.ts';
import { isEmpty, lastAllowed, placeBreakpoints, type Wanted } from '../breakpoints.ts';
import type { Breakpoint } from '../cache-plan.ts';
import { projectKey } from '../keys.ts';
import type { Block } from '../layout.ts';
import type { Asked, Decision, Provider } from '../provider.ts';
import { responsesRequest } from '../requests/responses.ts';

export const openaiBreakpoints: Provider = {
  decide,
  render: (plan, layout) => responsesRequest(plan, layout, { system: 'developer message', marks: plan.breakpoints }),
};

function decide({ layout, chosen, context }: Asked): Decision {
  const { rules, known } = chosen;
  const forbidden = rules.no_breakpoint_on?.v ?? [];
  const mayStandOn = (block: Block) =>
    !isEmpty(block) &&
    !(forbidden.includes('tools') && block.segment.place === 'tools') &&
    !(forbidden.includes('assistant') && block.segment.role === 'assistant');
  const ttl = rules.ttl?.default ?? null;
  const minTokens = valueFor(rules.min_tokens, known) ?? 0;
  const { stableEnd, historyEnd, previousEnd } = layout;
  // nothing shorter than what was marked is looked for: the anchor stands exactly where the last request ended
  const previous = lastAllowed(layout, { upto: previousEnd, behind: stableEnd }, mayStandOn) ?? -1;
  const newest = lastAllowed(layout, { upto: historyEnd, behind: -1 }, mayStandOn);
  const wanted: readonly Wanted[] = [
    { name: 'shared', at: layout.sharedEnd, ttl },
    { name: 'snapshot', at: stableEnd, ttl },
    { name: 'anchor', at: previous === newest ? -1 : previous, ttl },
  ];
  const writes = rules.max_writes?.v ?? 0;
  const placed = placeBreakpoints(layout, wanted, { mayStandOn, minTokens, max: Math.max(0, writes - 1) });
  const explicit = placed.breakpoints.filter(({ at }) => at !== newest);
  const isCached = newest !== undefined && writes > 0 && (layout.blocks[newest]?.upto ?? 0) >= minTokens;
  const breakpoints = isCached ? [...explicit, implicitAt(layout.blocks, newest, ttl)] : explicit;
  const key = projectKey(context);
  return {
    ...{ breakpoints, ttl, warnings: placed.warnings },
    entries: breakpoints.map(({ at }) => at).filter((at) => at <= previousEnd),
    key: key === undefined || rules.key?.v == null ? null : { name: rules.key.v, value: key },
  };
}

function implicitAt(blocks: readonly Block[], at: number, ttl: string | null): Breakpoint {
  const block = blocks[at];
  return { name: 'newest', at, slot: block?.segment.slot ?? '', tokens: block?.upto ?? 0, ttl, implicit: true };
}
