import type { Range } from '../../store/erase.ts';
import { recordErase } from '../../store/erasures.ts';
import type { Write } from '../../store/record-type.ts';
import { actorOf, type Caller } from '../feature.ts';
import type { Conversation } from './needs.ts';

/** A record that names more is cut in several: no record should be larger than a text that is worth a blob of its own. */
const mostEnts = 1_000;

interface Gone {
  readonly targets: readonly Range[];
  readonly ents: readonly string[];
  readonly conversations: readonly Conversation[];
  readonly reason: string;
  readonly caller: Caller;
  /** Who asked for it; a person when absent. */
  readonly authority?: 'person' | 'retention';
}

/** Erases by the record that says so, which every device that gets it carries out as well. Returns the receipt. */
export function recordGone(
  tx: Write,
  { targets, ents, conversations, reason, caller, authority = 'person' }: Gone,
): string {
  const named = conversations.map(({ agent, native_id }) => [agent, native_id] as const);
  const pages = Math.max(1, Math.ceil(Math.max(ents.length, targets.length, named.length) / mostEnts));
  let receipt: string | undefined;
  for (let page = 0; page < pages; page += 1) {
    const part = <T>(all: readonly T[]) => all.slice(page * mostEnts, (page + 1) * mostEnts);
    const fields = {
      ...{ targets: part(targets), ents: part(ents), reason, authority },
      ...(named.length > 0 ? { conversations: part(named) } : {}),
      ...(receipt === undefined ? {} : { receipt }),
    };
    const { id } = tx.append(recordErase, { fields, actor: actorOf(caller), origin: caller.origin });
    receipt ??= id;
  }
  return receipt ?? '';
}
