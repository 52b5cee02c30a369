// Vectors by an embedder, from outside: the built daemon, a server on this machine that speaks as Ollama does.
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type EmbedderServer, embedderServer } from '../features/search/meaning/embedder-server.ts';
import { createHome, type Home, until } from '../harness/home.ts';
import { createRepository, type Repository } from '../harness/repository.ts';

let home: Home;
let shop: Repository;
let server: EmbedderServer;

beforeEach(async () => {
  home = createHome();
  shop = createRepository(home);
  server = await embedderServer();
});
afterEach(() => home.remove());

const prsist = (...argv: readonly string[]) => home.prsist(argv, { cwd: shop.path });

interface State {
  readonly embedder: string;
  readonly done: number;
  readonly texts: number;
}

async function stateNow(): Promise<State> {
  const { health } = (await home.json(['status'], { cwd: shop.path })) as { health: { checks: { meaning: State } } };
  return health.checks.meaning;
}

async function set(...pairs: readonly (readonly [string, string])[]): Promise<void> {
  for (const [key, value] of pairs) {
    expect(await prsist('config', 'set', `recall.embedder${key}`, value)).toMatchObject({ exit: 0 });
  }
}

const asked = (word: string) => server.texts.filter((text) => text.includes(word));

test('VE37: the built daemon computes vectors, survives a kill in the middle, and leaves with a request under way', async () => {
  await prsist('init');
  for (const letter of 'abcdefghijkl') await prsist('remember', `quokka ${letter} lives here`);
  server.mishap = () => ({ slowMs: 300 });
  await set(['_batch', '2'], ['_requests', '1'], ['_url', server.url], ['_model', 'small'], ['', 'ollama']);
  await until('some are computed', () => asked('quokka').length >= 4);
  await home.kill();
  const before = asked('quokka').length;
  expect(before).toBeLessThan(12);
  server.mishap = () => undefined;
  const whole = await until('all are computed', async () => {
    const now = await stateNow();
    return now.embedder === 'ready' && now.done > 0 ? now : undefined;
  });
  expect(whole.done).toBe(whole.texts);
  expect(new Set(asked('quokka')).size).toBe(12);
  expect(asked('quokka').length).toBeLessThanOrEqual(12 + 4); // the round that was under way, and what it may have noted
  expect((await prsist('doctor')).stdout).toMatch(/embedder with small: ready, \d+ of \d+ texts/);

  server.mishap = () => ({ status: 503 });
  await prsist('remember', 'wombat two more');
  await until('it is known to be away', async () => (await stateNow()).embedder === 'away');
  expect(await prsist('doctor')).toMatchObject({ exit: 1, stdout: expect.stringMatching(/no vectors are computed/) });

  server.mishap = () => ({ slowMs: 20_000 });
  await prsist('remember', 'wombat one more');
  await until('it is asked for', () => server.open() > 0);
  const begun = performance.now();
  await prsist('daemon', 'stop');
  expect(performance.now() - begun).toBeLessThan(10_000);
  await until('nothing is under way', () => server.open() === 0);
});
