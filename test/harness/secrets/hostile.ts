import type { RedactionRule } from '../../../src/core/redact-rules.ts';
import { fill, random } from './random.ts';

const glue: readonly string[] = ['', 'a', ' ', '.', '="', '/', '://a:'];

/**
 * Texts made to keep one rule's pattern busy: its keywords and the beginnings of what it matches, over and over.
 * length: characters of each text; every text is a few bytes repeated.
 */
export function* hostileTexts(rule: RedactionRule, length: number): Generator<string> {
  const hits = (rule.examples?.hit ?? []).slice(0, 2).map((example) => fill(example, random(2)));
  const starts = hits.flatMap((hit) => [0.5, 0.9].map((share) => hit.slice(0, Math.ceil(hit.length * share))));
  for (const start of [...rule.keywords.slice(0, 1), ...starts]) {
    for (const joint of glue) {
      const unit = start + joint;
      yield unit.repeat(Math.ceil(length / unit.length)).slice(0, length);
    }
    yield (start + 'aA0/'.repeat(4000)).repeat(Math.ceil(length / 16_000)).slice(0, length);
  }
}
