import type { Erased } from '../../store/erase.ts';
import { recordErase } from '../../store/erasures.ts';
import type { Write } from '../../store/record-type.ts';
import { actorOf, type Caller } from '../feature.ts';
import type { Conversation } from './needs.ts';

/** A record that names more is cut in several: no record should be larger than a text that is worth a blob of its own. */
const mostEnts = 1_000;

interface Gone {
  readonly gone: Erased;
  readonly ents: readonly string[];
  readonly conversations: readonly Conversation[];
  readonly reason: string;
  readonly caller: Caller;
  /** Who asked for it; a person when absent. */
  readonly authority?: 'person' | 'retention';
}

/** Writes down that something was erased, so that it does not come back. Returns the receipt. */
export function recordGone(
  tx: Write,
  { gone, ents, conversations, reason, caller, authority = 'person' }: Gone,
): string {
  const named = conversations.map(({ agent, native_id }) => [agent, native_id] as const);
  const pages = Math.max(1, Math.ceil(Math.max(ents.length, gone.targets.length, named.length) / mostEnts));
  const written = Array.from({ length: pages }, (_, page) => {
    const part = <T>(all: readonly T[]) => all.slice(page * mostEnts, (page + 1) * mostEnts);
    const fields = {
      ...{ targets: part(gone.targets), ents: part(ents), reason, authority },
      ...(named.length > 0 ? { conversations: part(named) } : {}),
    };
    return tx.append(recordErase, { fields, actor: actorOf(caller), origin: caller.origin });
  });
  return written[0]?.id ?? '';
}
