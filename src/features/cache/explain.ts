// Why a session finds its beginning warm, or does not: its segments beside those of the sessions that began the same way.

import { limits } from '../../core/limits.ts';
import type { Parsed, Reply } from '../../core/operation.ts';
import type { Read } from '../../store/record-type.ts';
import type { Context } from '../feature.ts';
import { blockOf, kidsOf } from './block-queries.ts';
import { longestPrefix } from './blocks.ts';
import { type Link, type Linkable, linkAfter, startOf } from './chain.ts';
import type { blocksContract } from './contract-blocks.ts';
import { changeOf } from './detect.ts';
import { firstDifference } from './difference.ts';
import { explainedPlan } from './explain-plan.ts';
import { type Asked, explainedRequest } from './explain-request.ts';
import type { CacheNeeds } from './feature.ts';
import { lint } from './lint.ts';
import type { BlocksNeeds, SessionContext } from './needs-blocks.ts';
import { segmentText } from './segments.ts';

type Explain = (typeof blocksContract)['cache.explain'];
type Explained = Reply<Explain>;

interface Linked {
  readonly link: Link;
  readonly segment: Linkable;
}

/** A session as segments, and where it parts from the one that shares most with it. */
export function explain(needs: BlocksNeeds, { audit, planning }: Pick<CacheNeeds, 'audit' | 'planning'>) {
  return async (context: Context, { session_id: asked, limit, request }: Parsed<Explain>): Promise<Explained> => {
    const read = context.read.project;
    const session = needs.session(context, asked);
    const linked = await linksOf(session, needs.breathe);
    const links = linked.map(({ link }) => link);
    const known = longestPrefix(read, links);
    const sessions = links.slice(0, known).map(({ h }) => read.one(blockOf, { h })?.sessions ?? 0);
    // monotone: whoever leads through a block leads through all before it
    const shared = sessions.filter((count) => count >= 2).length;
    const tokens = (upTo: number) => links.slice(0, upTo).reduce((sum, link) => sum + link.tokens, 0);
    return {
      ...{ session_id: session.session_id, at: new Date(session.lastActivity).toISOString() },
      ...{ segments: links.length, tokens: tokens(links.length), known_segments: known },
      ...{ shared_segments: shared, shared_tokens: tokens(shared) },
      items: linked
        .slice(0, limit)
        .map((each, at) => item(read, each, { sessions: sessions[at] ?? 0, isKnown: at < known })),
      difference: differenceAt(needs, context, { linked, shared }),
      plan: await explainedPlan(planning, context, session.session_id),
      request: request === undefined ? null : requestOf({ session_id: session.session_id, request }),
    };

    function requestOf(wanted: Asked) {
      return explainedRequest({ ...audit, texts: needs.texts }, context, wanted);
    }
  };
}

/** Hashed a few at a time: a session may be many megabytes. */
async function linksOf({ fingerprint, segments }: SessionContext, breathe: BlocksNeeds['breathe']): Promise<Linked[]> {
  let before = startOf(fingerprint);
  const linked: Linked[] = [];
  for (const segment of segments) {
    const link = linkAfter(before, segment);
    before = link.h;
    linked.push({ link, segment });
    if (linked.length % 100 === 0) await breathe();
    if (linked.length === limits.chainLinks) break;
  }
  return linked;
}

interface Standing {
  readonly sessions: number;
  readonly isKnown: boolean;
}

function item(read: Read, { link, segment }: Linked, { sessions, isKnown }: Standing): Explained['items'][number] {
  const { slot, kind, place, role = null } = segment;
  return {
    ...{ slot, kind, place, role, tokens: link.tokens, hash: link.hash.slice(0, 12) },
    change: changeOf(read, slot, kind),
    ...{ state: sessions >= 2 ? 'shared' : isKnown ? 'known' : 'new', sessions },
    // what was said stays as it was said: only what is rendered anew can be unstable
    unstable: segment.ent === undefined ? [...lint(segment.text)] : [],
  };
}

function differenceAt(
  { texts }: BlocksNeeds,
  { read: { project: read }, caller }: Context,
  { linked, shared }: { readonly linked: readonly Linked[]; readonly shared: number },
): Explained['difference'] {
  const own = linked[shared];
  if (!own) return null;
  const parent = linked[shared - 1]?.link.h ?? null;
  const other = read.all(kidsOf, { h: parent }).find(({ h }) => Buffer.compare(h, own.link.h) !== 0);
  if (!other) return null;
  const theirs = segmentText(read, other.seg, texts);
  const found = theirs === undefined ? undefined : firstDifference(own.segment.text, theirs);
  const { slot } = own.segment;
  if (!found) return { slot, offset: 0, line: 1, ours: null, theirs: null };
  // words of other sessions are for people
  const isForAll = caller.agent === undefined;
  const { offset, line } = found;
  return { slot, offset, line, ours: isForAll ? found.ours : null, theirs: isForAll ? found.theirs : null };
}
