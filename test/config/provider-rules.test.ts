import fs from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { readPrices } from '../../src/config/prices.ts';
import { parseProviders, readProviders } from '../../src/config/provider-rules.ts';
import { PrsistError } from '../../src/core/errors.ts';
import { plainName, providerNames, rulesFor, secondsOf, valueFor } from '../../src/core/provider-rules.ts';

const root = join(import.meta.dirname, '../..');
const path = join(root, 'config', 'providers.yaml');
const text = fs.readFileSync(path, 'utf8');
const providers = readProviders(root);
const failure = (work: () => unknown): PrsistError => {
  try {
    work();
  } catch (error) {
    if (error instanceof PrsistError) return error;
    throw error;
  }
  throw new Error('nothing was refused');
};

describe('the file that ships', () => {
  test('PC200: every value says when it was read and where', () => {
    const { version, as_of, models, ...rules } = parse(text);
    const values = Object.entries<Record<string, Record<string, unknown>>>(rules).flatMap(([provider, each]) =>
      Object.entries(each).map(([name, rule]) => ({ name: `${provider}.${name}`, rule })),
    );
    const dated = ({ rule }: (typeof values)[number]) =>
      /^2\d{3}-\d\d-\d\d$/.test(String(rule['as_of'])) &&
      ['primary', 'secondary', 'unverified'].includes(String(rule['basis']));
    expect(values.filter((value) => !dated(value)).map(({ name }) => name)).toEqual([]);
    expect(values.length).toBeGreaterThan(60);
    expect(Object.values<{ basis: string }>(models).filter(({ basis }) => basis === undefined)).toEqual([]);
  });

  test('PC204: rules and price list say the same of reads and writes', () => {
    const prices = readPrices(root);
    const of = (name: string) => (/^(?:gpt|o\d)/.test(name) ? 'openai' : 'anthropic');
    const differing = [...prices.models].filter(([name, price]) => {
      const { rules, known } = rulesFor(providers, of(name), name);
      const write = rules.write?.v ?? null;
      const [short, long] = typeof write === 'number' ? [write, write] : Object.values(write ?? {});
      const said = [price.cache_read, price.cache_write_5m, price.cache_write_1h].map((each) => each / price.input);
      const ruled = [valueFor(rules.read, known), short, long ?? short];
      return said.some((each, n) => Math.abs(each - (ruled[n] ?? -1)) > 1e-9);
    });
    expect(differing.map(([name]) => name)).toEqual([]);
    expect(prices.models.size).toBeGreaterThan(30);
  });
});

describe('a damaged file', () => {
  const damages: readonly (readonly [string, (whole: string) => string, RegExp])[] = [
    ['no YAML', () => 'anthropic: {mode: [', /is no YAML/],
    ['no rules', (whole) => whole.replace('anthropic:\n', 'anthropic: 3\nother:\n'), /anthropic/],
    [
      'no date',
      (whole) => whole.replace('lookback_blocks: {v: 20, as_of: 2026-11-20,', 'lookback_blocks: {v: 20,'),
      /lookback_blocks\.as_of/,
    ],
    [
      'an unknown basis',
      (whole) =>
        whole.replace('{v: 20, as_of: 2026-11-20, basis: secondary', '{v: 20, as_of: 2026-11-20, basis: rumour'),
      /basis/,
    ],
    [
      'a count that is none',
      (whole) => whole.replace('max_breakpoints: {v: 4', 'max_breakpoints: {v: four'),
      /max_breakpoints/,
    ],
    ['a price that cannot be', (whole) => whole.replace('write: {v: {5m: 1.25', 'write: {v: {5m: -1'), /write/],
    ['no value', (whole) => whole.replace('step_tokens: {v: 128,', 'step_tokens: {'), /step_tokens/],
    [
      'a rule nobody reads without a date',
      (whole) => whole.replace('prewarm: {v: max_tokens_0, as_of: 2026-11-20,', 'prewarm: {v: x,'),
      /prewarm/,
    ],
  ];
  test.each(damages)('PC201: %s is refused, and what is wrong is named', (_, damage, named) => {
    const damaged = damage(text);
    expect(damaged).not.toBe(text);
    const error = failure(() => parseProviders(damaged, 'providers.yaml'));
    expect(error.code).toBe('config/invalid');
    expect(error.message).toMatch(named);
    expect(error.message).toMatch(/^providers\.yaml/);
    expect(error.hint).toContain('install prsist again');
  });

  test('PC201: a missing one is refused', () => {
    expect(failure(() => readProviders(join(root, 'src'))).message).toContain('is missing');
  });
});

describe('rules of a model', () => {
  test.each([
    ['claude-sonnet-4-5-20250929', 'sonnet-4-5'],
    ['us.anthropic.claude-3-5-haiku-20241022-v1:0', 'haiku-3-5'],
    ['anthropic/claude-opus-4.6', 'opus-4-6'],
    ['claude-opus-4-6[1m]', 'opus-4-6'],
    ['claude-sonnet-4-5@20250929', 'sonnet-4-5'],
    ['claude-3-5-haiku-latest', 'haiku-3-5'],
    ['GPT-5-2025-08-07', 'gpt-5'],
    ['gpt-5.1-codex-max', 'gpt-5-1-codex-max'],
  ])('PC203: %s is %s', (model, name) => expect(plainName(model)).toBe(name));

  test('PC203: the family decides which rules of OpenAI hold, and what is null is not known', () => {
    const section = (model?: string) => rulesFor(providers, 'openai', model).name;
    expect(['gpt-5.6', 'gpt-5.6-luna', 'gpt-6-sol', 'openai/gpt-6.1-terra'].map(section)).toEqual(
      Array.from({ length: 4 }, () => 'openai_5_6'),
    );
    expect([undefined, 'gpt-5.5', 'gpt-4o', 'gpt-5-2025-08-07', 'o3'].map(section)).toEqual(
      Array.from({ length: 5 }, () => 'openai'),
    );
    const opus = rulesFor(providers, 'anthropic', 'claude-opus-5.5');
    expect(valueFor(opus.rules.min_tokens, opus.known)).toBe(512);
    expect(valueFor(opus.rules.read, opus.known)).toBe(0.05);
    expect(opus.usd).toBe(4);
    const any = rulesFor(providers, 'anthropic', undefined);
    expect(valueFor(any.rules.min_tokens, any.known)).toBe(4096);
    const sol = rulesFor(providers, 'openai', 'gpt-6-sol');
    expect(valueFor(sol.rules.window_tokens, sol.known)).toBeNull();
  });

  test('PC205: what is in no rule is refused with what is; models of local engines are the person’s own', () => {
    const provider = failure(() => rulesFor(providers, 'anthropics', undefined));
    expect([provider.code, provider.hint]).toEqual([
      'provider/unknown',
      `one of ${providerNames(providers).join(', ')}`,
    ]);
    expect(providerNames(providers)).toEqual([
      'anthropic',
      'openai',
      'gemini',
      'xai',
      'mistral',
      'deepseek',
      'groq',
      'ollama',
      'llama.cpp',
    ]);
    const model = failure(() => rulesFor(providers, 'anthropic', 'gpt-5'));
    expect([model.code, model.message]).toEqual(['model/unknown', 'no rules are known of gpt-5 at anthropic']);
    expect(model.hint).toContain('without a model');
    expect(rulesFor(providers, 'ollama', 'qwen3:8b').known).toBeNull();
    expect(rulesFor(providers, 'llama.cpp', 'mine.gguf').name).toBe('llama_cpp');
  });

  test('PC206: lifetimes are read by their names, a range as its shorter end', () => {
    expect(['5m', '30m', '1h', '24h', '90s'].map((name) => secondsOf(name))).toEqual([300, 1800, 3600, 86_400, 90]);
    expect(secondsOf('in_memory', rulesFor(providers, 'openai', 'gpt-5').rules.ttl)).toBe(300);
    expect(secondsOf('for ever')).toBeUndefined();
  });
});
