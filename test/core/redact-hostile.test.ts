import { describe, expect, it } from 'vitest';
import { createRedactor } from '../../src/core/redact.ts';
import { hostileTexts } from '../harness/secrets/hostile.ts';
import { shippedRules, testKey } from '../harness/secrets/rules.ts';

describe('texts made to be slow', () => {
  it('are redacted before the test runs out of time, and are then done', () => {
    const rules = shippedRules();
    const redactor = createRedactor(rules, testKey);
    for (const rule of rules.rules) {
      for (const text of hostileTexts(rule, 16 * 1024)) {
        const once = redactor.text(text).text;
        expect(redactor.text(once).text === once, `${rule.id}: ${text.slice(0, 80)}`).toBe(true);
      }
    }
  });
});
