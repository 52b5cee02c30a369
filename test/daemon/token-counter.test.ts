import { expect, onTestFinished, test } from 'vitest';
import { TokenCounter } from '../../src/daemon/token-counter.ts';
import { until } from '../harness/home.ts';

function counter(patience: ConstructorParameters<typeof TokenCounter>[0] = {}): TokenCounter {
  const made = new TokenCounter(patience);
  onTestFinished(() => made.close());
  return made;
}

test('PC560: tokens are counted as o200k_base does, names of control tokens as text', async () => {
  const { count } = counter();
  // by the tokeniser of the provider: https://github.com/openai/tiktoken
  expect(await count(['', 'hello world', 'a <|endoftext|> b'])).toEqual([0, 2, 9]);
});

test('PC561: a word of a megabyte takes no longer than other text', async () => {
  const { count } = counter();
  await count(['x']);
  const begun = performance.now();
  const [tokens = 0] = await count(['a'.repeat(1_000_000)]);
  expect(tokens).toBeGreaterThan(10_000);
  expect(performance.now() - begun).toBeLessThan(20_000); // whole, it would take minutes
});

test('PC562: the thread begins with the first text and ends when it has nothing to do; one that hangs is ended', async () => {
  const one = counter({ idleMs: 50 });
  expect(one.isRunning).toBe(false);
  await one.count(['x']);
  await until('the thread has ended', () => !one.isRunning);
  expect(await one.count(['x'])).toEqual([1]);
  const stuck = counter({ stuckMs: 1 });
  await expect(stuck.count(['x '.repeat(200_000)])).rejects.toThrow('given up');
  expect(stuck.isRunning).toBe(false);
});
