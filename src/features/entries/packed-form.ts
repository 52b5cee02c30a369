import { z } from 'zod';
import { canonical } from '../../core/canonical.ts';
import { limits } from '../../core/limits.ts';
import { relations } from '../../core/words.ts';
import { key, metadata, priority, word } from '../wire.ts';

/** An entry as it stands in a package: whole, with its tags, and links to others by their keys. */
export const packedEntry = z.strictObject({
  key,
  scope: z.enum(['project', 'session', 'agent']),
  layer: z.enum(['session', 'short_term', 'long_term', 'permanent']),
  priority,
  category: word,
  source: z.string().max(limits.wordBytes),
  value: z.json().refine(isBearable),
  metadata,
  tags: z.array(word).max(limits.entryTags),
  links: z.array(z.strictObject({ rel: z.string().max(limits.wordBytes), key })).max(limits.entryLinks),
  expires_at: z.int().nullable(),
  session_id: word.optional(),
  agent_id: word.optional(),
});
export type PackedEntry = z.output<typeof packedEntry>;

const known: ReadonlySet<string> = new Set(relations);

/** Links of a kind that means something here. */
export function knownLinks({ links }: Pick<PackedEntry, 'links'>): PackedEntry['links'] {
  return links.filter(({ rel }) => known.has(rel));
}

function isBearable(value: unknown): boolean {
  try {
    return Buffer.byteLength(canonical(value)) <= limits.valueBytes;
  } catch {
    return false;
  }
}
