import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readProviders } from '../../../src/config/provider-rules.ts';
import { leastTokens } from '../../../src/features/cache/least-tokens.ts';

const providers = readProviders(join(import.meta.dirname, '../../..'));
const nothing = () => null;

test('PC706: shared beginnings are told from the minimum of the provider on: as asked, by name, or of the model used last', () => {
  const least = (asked: Parameters<typeof leastTokens>[1], used: string | null = null) =>
    leastTokens(providers, asked, () => used);
  expect(least({ tokens: 77, provider: 'anthropic' })).toEqual({ tokens: 77, provider: null, model: null });
  expect(least({ provider: 'anthropic' })).toEqual({ tokens: 4096, provider: 'anthropic', model: null });
  const named = { provider: 'anthropic', model: 'claude-opus-5' };
  expect(least(named)).toEqual({ tokens: 512, ...named });
  expect(least({ model: 'claude-opus-4-7-20260101' })).toMatchObject({ tokens: 2048, provider: 'anthropic' });
  expect(least({}, 'claude-sonnet-4-5-20250929')).toMatchObject({ tokens: 1024, provider: 'anthropic' });
  expect(least({}, 'gpt-5.6-sol')).toMatchObject({ tokens: 1024, provider: 'openai' });
  expect(least({}, 'gemini-2.5-flash')).toMatchObject({ tokens: 2048, provider: 'gemini' });
  // whatever was used: what is asked for counts
  expect(least({ provider: 'gemini' }, 'claude-opus-5')).toMatchObject({ tokens: 4096 });
  // a provider that says nothing, a model nobody knows, no model at all
  expect(least({ provider: 'mistral' })).toMatchObject({ tokens: 1024 });
  expect(least({}, 'my-own')).toEqual({ tokens: 1024, provider: null, model: 'my-own' });
  expect(least({})).toEqual({ tokens: 1024, provider: null, model: null });
  expect(() => leastTokens(providers, { provider: 'nobody' }, nothing)).toThrow('no rules are known of the provider');
  expect(() => leastTokens(providers, { provider: 'anthropic', model: 'x' }, nothing)).toThrow(
    'no rules are known of x',
  );
  expect(() => leastTokens(providers, { model: 'my-own' }, nothing)).toThrow('no provider is known of my-own');
});
