// What prefixes are made of: the briefs as they are laid out, and sessions as they were told and went on.
import { join } from 'node:path';
import { limits } from '../core/limits.ts';
import type { Providers } from '../core/provider-rules.ts';
import { estimateTokens } from '../core/tokens.ts';
import { unwrapped } from '../features/brief/envelope.ts';
import type { BriefNeeds } from '../features/brief/feature.ts';
import type { Linkable } from '../features/cache/chain.ts';
import type { BlocksNeeds, PrefixRoom, SessionContext } from '../features/cache/needs-blocks.ts';
import { canonicalText } from '../features/cache/render.ts';
import { briefSegments } from '../features/cache/sections.ts';
import type { TextsOf } from '../features/cache/segments.ts';
import { changePriors } from '../features/cache/volatility.ts';
import type { Context } from '../features/feature.ts';
import { isOver } from '../features/sessions/over.ts';
import { carrier, textsOfTurn, turnsOf, usedModel } from '../features/sessions/turns.ts';
import { findSession } from '../features/sessions/wire.ts';
import { readPlainText } from '../platform/brief-files.ts';
import { isBranch, repositoryAround } from '../platform/repository.ts';
import type { Read } from '../store/record-type.ts';
import type { Settings } from './settings.ts';

/** What agents of a work tree start with, as it lies in a folder of briefs: the same for each of them. */
export function laidOutBrief(directory: string): string {
  const agent = 'claude-code';
  return unwrapped(agent, readPlainText(join(directory, `${agent}.plain`)) ?? '') ?? '';
}

/** A session: what it was told when it began, where that is known, and its turns. */
export function sessionContext(told: BriefNeeds['told']) {
  return (context: Context, asked: string): SessionContext => {
    const read = context.read.project;
    const { session_id, last_activity } = findSession(read, asked);
    const { agent, model } = carrier(read, session_id);
    const brief = told(context, { agent, session_id }) ?? '';
    return {
      ...{ session_id, lastActivity: last_activity, fingerprint: { agent, model } },
      segments: segmentsOf(read, session_id, brief),
    };
  };
}

function* segmentsOf(read: Read, session_id: string, brief: string): Generator<Linkable> {
  yield* briefSegments(brief);
  let at = 0;
  for (const { ent, role, text } of turnsOf(read, session_id, limits.chainLinks)) {
    at += 1;
    const plain = canonicalText(text);
    const about = { kind: 'dynamic', place: 'messages', change: changePriors.dynamic } as const;
    yield { ...about, slot: `turn:${at}`, role, text: plain, tokens: estimateTokens(plain), ent };
  }
}

/** Whether the owner of a chain will not come again; briefs always do. root: of the project, whose branches count. */
export function hasEnded(read: Read, root: string | undefined): (owner: string) => boolean {
  const repository = root === undefined ? undefined : repositoryAround(root);
  const known = new Map<string, boolean>();
  const exists = (name: string) => {
    // without git nobody deletes branches
    const found = known.get(name) ?? (repository === undefined || isBranch(repository, name));
    known.set(name, found);
    return found;
  };
  return (owner) => !owner.startsWith('brief:') && isOver(read, owner, exists);
}

/** The canonical texts of a turn, as they are hashed. */
export const turnTexts: TextsOf = (read, ent) => textsOfTurn(read, ent).map(canonicalText);

export interface BlocksParts extends Pick<BlocksNeeds, 'breathe'> {
  readonly settings: Settings;
  readonly prefixes: () => PrefixRoom;
  readonly providers: () => Providers;
}

/** What the index of prefixes needs of the others; its room exists once the databases are open. */
export function blocksNeeds(
  { settings, breathe, prefixes, providers }: BlocksParts,
  told: BriefNeeds['told'],
): BlocksNeeds {
  return {
    get room() {
      return prefixes();
    },
    get providers() {
      return providers();
    },
    setting: (root) => settings.at(root).optimization.kv_cache,
    session: sessionContext(told),
    ...{ texts: turnTexts, breathe, usedModel },
  };
}
