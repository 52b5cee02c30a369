// Four breakpoints; each looks back over a few blocks for what was written before, and a change breaks all behind it.
import { PrsistError } from '../../../../core/errors.ts';
import { type ModelRules, secondsOf, valueFor } from '../../../../core/provider-rules.ts';
import { isEmpty, lastAllowed, placeBreakpoints, type Wanted } from '../breakpoints.ts';
import type { CachePlan, PlanOptions, PlanWarning, ProviderRequest } from '../cache-plan.ts';
import type { Block, Layout } from '../layout.ts';
import type { Asked, Decision, Provider } from '../provider.ts';
import { inputOf, type Part, partsOf, turnsOf } from '../requests/blocks.ts';
import { toolsOf } from '../requests/tools.ts';

type Plain = Readonly<Record<string, unknown>>;

/** Blocks between the anchor and the newest: a quarter less than is looked back over, since runs are counted by others. */
export const anchorBlocks = 15;

export const anthropic: Provider = { takesLifetime: true, decide, render };

function decide({ layout, chosen, options }: Asked): Decision {
  const forbidden = chosen.rules.no_breakpoint_on?.v ?? [];
  const mayStandOn = (block: Block) =>
    !(forbidden.includes('empty_text') && isEmpty(block)) &&
    !(forbidden.includes('thinking') && block.segment.block === 'thinking');
  const { stable, messages, warnings } = lifetimes(chosen, options);
  const { anchor, previous, newest } = conversationEnds(layout, chosen, mayStandOn);
  const wanted: readonly Wanted[] = [
    { name: 'shared', at: layout.sharedEnd, ttl: stable },
    { name: 'snapshot', at: layout.stableEnd, ttl: stable },
    { name: 'previous', at: previous, ttl: messages },
    { name: 'anchor', at: anchor, ttl: messages },
    { name: 'newest', at: newest, ttl: messages },
  ];
  const placed = placeBreakpoints(layout, wanted, {
    ...{ mayStandOn, max: chosen.rules.max_breakpoints?.v ?? 0 },
    minTokens: valueFor(chosen.rules.min_tokens, chosen.known) ?? 0,
  });
  // a border below the minimum may have moved from the system into the messages
  const breakpoints = placed.breakpoints.map((each) => ({
    ...each,
    ttl: each.at > layout.stableEnd ? messages : stable,
  }));
  return {
    ...{ breakpoints, entries: entriesOf(layout, chosen, breakpoints, mayStandOn), ttl: stable },
    warnings: [...warnings, ...placed.warnings],
  };
}

/**
 * The newest block, an anchor near it, and, where one big turn lies between, the end of the request before as well: from
 * there the look-back of the anchor would not reach what was written.
 */
function conversationEnds(layout: Layout, chosen: ModelRules, mayStandOn: (block: Block) => boolean) {
  const none = { anchor: -1, previous: -1, newest: -1 };
  const { stableEnd, historyEnd, previousEnd } = layout;
  const newest = lastAllowed(layout, { upto: historyEnd, behind: stableEnd }, mayStandOn);
  if (newest === undefined) return none;
  const before = lastAllowed(layout, { upto: Math.min(previousEnd, newest), behind: stableEnd }, mayStandOn);
  if (before === undefined || before === newest) return { ...none, newest };
  if (newest - before <= anchorBlocks) return { anchor: before, previous: -1, newest };
  const anchor = firstAllowed(layout, newest - anchorBlocks, newest, mayStandOn);
  const reach = chosen.rules.lookback_blocks?.v ?? 0;
  return { anchor, previous: anchor - before < reach ? -1 : before, newest };
}

function firstAllowed({ blocks }: Layout, from: number, upto: number, mayStandOn: (block: Block) => boolean): number {
  for (let at = from; at < upto; at += 1) {
    const block = blocks[at];
    if (block && mayStandOn(block)) return at;
  }
  return -1;
}

/** What the request before this one wrote, as far as a breakpoint of this one looks back to it. */
function entriesOf(
  layout: Layout,
  { rules }: ModelRules,
  breakpoints: readonly { readonly at: number }[],
  mayStandOn: (block: Block) => boolean,
): readonly number[] {
  const reach = rules.lookback_blocks?.v ?? 1;
  const before = lastAllowed(layout, { upto: layout.previousEnd, behind: layout.stableEnd }, mayStandOn);
  const isSeen = before !== undefined && breakpoints.some(({ at }) => at >= before && at - before < reach);
  const early = breakpoints.map(({ at }) => at).filter((at) => at <= layout.stableEnd);
  return isSeen ? [...early, before] : early;
}

/** One hour costs least over the pauses that agents make; entries of one hour stand before those of five minutes. */
function lifetimes({ rules }: ModelRules, { ttl, messages_ttl }: PlanOptions) {
  const offered = rules.ttl?.v ?? [];
  for (const asked of [ttl, messages_ttl]) {
    if (asked === undefined || offered.includes(asked)) continue;
    throw new PrsistError('input/invalid', `${asked} is no lifetime here`, {
      ...{ field: 'ttl', hint: `one of ${offered.join(', ')}` },
    });
  }
  const seconds = (name: string) => secondsOf(name) ?? 0;
  const longest = offered.toSorted((a, b) => seconds(b) - seconds(a))[0] ?? null;
  const stable = ttl ?? longest;
  const messages = messages_ttl ?? stable;
  const warnings: PlanWarning[] = [];
  if (stable !== null && messages !== null && seconds(messages) > seconds(stable)) {
    const text = `${messages} behind ${stable} is refused: the messages get ${stable} as well`;
    warnings.push({ code: 'lifetimes', text });
    return { stable, messages: stable, warnings };
  }
  return { stable, messages, warnings };
}

function render(plan: CachePlan, layout: Layout): ProviderRequest {
  const marks = new Map(plan.breakpoints.map((each) => [each.at, { type: 'ephemeral', ...timeOf(each.ttl) }]));
  const marked = (at: number): Plain => {
    const mark = marks.get(at);
    return mark ? { cache_control: mark } : {};
  };
  const tools = toolsOf(partsOf(layout, 'tools')).map(({ at, isLast, name, description, schema, native }) => ({
    ...(native ?? { name, ...(description === undefined ? {} : { description }), input_schema: schema }),
    ...(isLast ? marked(at) : {}),
  }));
  const system = partsOf(layout, 'system').map(({ block, at }) => ({
    ...{ type: 'text', text: block.segment.text },
    ...marked(at),
  }));
  const body = {
    ...(plan.model === null ? {} : { model: plan.model }),
    max_tokens: answerTokens,
    ...(tools.length === 0 ? {} : { tools }),
    ...(system.length === 0 ? {} : { system }),
    messages: messagesOf(layout, marked),
  };
  return { method: 'POST', path: '/v1/messages', headers: { 'anthropic-version': '2023-06-01' }, body, before: [] };
}

/** The API asks for one; whoever sends the request takes his own. */
const answerTokens = 8_192;

function timeOf(ttl: string | null): Plain {
  // five minutes is what is meant when nothing is said
  return ttl === null || ttl === '5m' ? {} : { ttl };
}

function messagesOf(layout: Layout, marked: (at: number) => Plain): readonly Plain[] {
  const messages: { role: string; content: Plain[] }[] = [];
  for (const { role, parts } of turnsOf(layout, { tail: 'joined' })) {
    const content = parts.flatMap((part) => contentOf(part, marked(part.at)));
    // results of tools are said by the user here
    const speaker = role === 'tool' ? 'user' : role;
    const last = messages.at(-1);
    if (content.length === 0) continue;
    if (last?.role === speaker) last.content.push(...content);
    else messages.push({ role: speaker, content });
  }
  return messages;
}

function contentOf({ block }: Part, mark: Plain): readonly Plain[] {
  const { segment } = block;
  if (segment.block === 'thinking') {
    return [{ type: 'thinking', thinking: segment.text, signature: segment.signature ?? '' }];
  }
  if (segment.block === 'call') {
    return [{ type: 'tool_use', id: segment.call ?? '', name: segment.tool ?? '', input: inputOf(block), ...mark }];
  }
  if (segment.block === 'result') {
    return [{ type: 'tool_result', tool_use_id: segment.call ?? '', content: segment.text, ...mark }];
  }
  return [{ type: 'text', text: segment.text, ...mark }];
}
