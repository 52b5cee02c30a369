// gpt-5.6 and later: entries end exactly at breakpoints, one of which the provider places itself at the newest message.
import { valueFor } from '../../../../core/provider-rules.ts';
import { breakpointAt, isEmpty, lastAllowed, placeBreakpoints, type Wanted } from '../breakpoints.ts';
import type { Breakpoint } from '../cache-plan.ts';
import { projectKey } from '../keys.ts';
import type { Block } from '../layout.ts';
import type { Asked, Decision, Provider } from '../provider.ts';
import { responsesRequest } from '../requests/responses.ts';

export const openaiBreakpoints: Provider = {
  decide,
  render: (plan, layout) => responsesRequest(plan, layout, { system: 'developer message', marks: plan.breakpoints }),
};

function decide({ layout, chosen: { rules, known }, context }: Asked): Decision {
  const mayStandOn = (block: Block) => !isEmpty(block) && !isForbidden(block, rules.no_breakpoint_on?.v ?? []);
  const ttl = rules.ttl?.default ?? null;
  const minTokens = valueFor(rules.min_tokens, known) ?? 0;
  const writes = rules.max_writes?.v ?? 0;
  const { stableEnd, historyEnd, previousEnd } = layout;
  const newest = lastAllowed(layout, { upto: historyEnd, behind: -1 }, mayStandOn) ?? -1;
  // nothing shorter than what was marked is looked for: the anchor stands exactly where the last request ended
  const anchor = lastAllowed(layout, { upto: previousEnd, behind: stableEnd }, mayStandOn) ?? -1;
  const wanted: readonly Wanted[] = [
    { name: 'shared', at: layout.sharedEnd, ttl },
    { name: 'snapshot', at: stableEnd, ttl },
    { name: 'anchor', at: anchor === newest ? -1 : anchor, ttl },
  ];
  // behind what is new every time the provider's own breakpoint would write what nobody reads: then ours is the last
  const hasTail = layout.blocks.length > historyEnd + 1;
  const own: readonly Wanted[] = hasTail ? [{ name: 'newest', at: newest, ttl }] : [];
  const max = hasTail ? writes : Math.max(0, writes - 1);
  const placed = placeBreakpoints(layout, [...wanted, ...own], { mayStandOn, minTokens, max });
  const theirs = breakpointAt(layout, newest, { name: 'newest', ttl });
  const isTheirs = !hasTail && writes > 0 && newest >= 0 && theirs.tokens >= minTokens;
  const breakpoints: readonly Breakpoint[] = isTheirs
    ? [...placed.breakpoints.filter(({ at }) => at !== newest), { ...theirs, implicit: true }]
    : placed.breakpoints;
  const key = projectKey(context);
  return {
    ...{ breakpoints, ttl, warnings: placed.warnings },
    entries: breakpoints.map(({ at }) => at).filter((at) => at <= previousEnd),
    settings: hasTail ? { prompt_cache_options: { mode: 'explicit' } } : {},
    key: key === undefined || rules.key?.v == null ? null : { name: rules.key.v, value: key },
  };
}

function isForbidden({ segment }: Block, forbidden: readonly string[]): boolean {
  return (
    (segment.place === 'tools' && forbidden.includes('tools')) ||
    (segment.role === 'assistant' && forbidden.includes('assistant'))
  );
}
