// States of a local engine: how long computing a prefix of 2,000 tokens takes, and how long it takes to have it restored
// through the registry (asked over the daemon's socket, every byte checked, read by the engine). The model has random
// weights; its continuation must be the same after both, and another without the prefix. One JSON line; milliseconds.
//   node scripts/bench/cache-tensors.ts [--from <directory with node_modules/node-llama-cpp>] [--large]
// Without --from, node-llama-cpp is installed into a temporary directory (85 MB, no GPU packages). Needs `npm run build`.
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { type Client, createClient } from '../../src/client/call.ts';
import { restorePrefix, savePrefix } from '../../src/engines/kept-prefix.ts';
import { type NodeLlama, openNodeLlama } from '../../src/engines/node-llama.ts';
import { makeGguf, type Shape } from '../make-gguf.ts';
import { quantile, rounded, type World, world } from './measure.ts';

const version = '3.22.1';
const contextSize = 2_304;
const prefixTokens = 2_000;
const [prefills, restores, continued] = [3, 25, 24];
const bars = { ratio: 500, model_bytes: 46e6 };
const shapes: Readonly<Record<'usual' | 'large', Shape>> = {
  usual: { layers: 8, width: 512, feed: 1440, heads: 8, kvHeads: 2, context: 4096, seed: 1 },
  large: { layers: 12, width: 1024, feed: 2816, heads: 16, kvHeads: 4, context: 4096, seed: 1 },
};
/** As varied as a prompt is: a model of random weights soon repeats itself on a text that does. */
const sentence = (n: number) => `${(n * 7919) % 997}: what module ${n % 13} decided about case ${(n * n) % 101}. `;
const sentences = Array.from({ length: 200 }, (_, n) => sentence(n)).join('');

const { values } = parseArgs({ options: { from: { type: 'string' }, large: { type: 'boolean', default: false } } });
const place = fs.mkdtempSync(join(tmpdir(), 'prsist-tensors-'));
const here = await world();
try {
  const from = values.from ?? install(place);
  const shape = values.large ? shapes.large : shapes.usual;
  const model = join(place, 'model.gguf');
  const bytes = makeGguf(model, shape);
  const other = join(place, 'other.gguf');
  makeGguf(other, { ...shape, seed: 2 });
  await here.prsist('config', 'set', 'kv_tensors.enabled', 'true');
  const client = clientOf(here);
  const engine = await openNodeLlama({ from, model, contextSize });
  const measured = await measure(client, engine);
  await engine.close();
  const stranger = await openNodeLlama({ from, model: other, contextSize });
  const strange = await restorePrefix(client, stranger, { texts: [textFor(stranger)] });
  await stranger.close();
  const line = {
    ...{ bench: 'cache-tensors', engine: `node-llama-cpp ${version}`, model_bytes: bytes, ...measured },
    other_model: strange.kind === 'missed' ? strange.why : strange.kind,
    bars,
    ok:
      bytes >= bars.model_bytes &&
      measured.ratio >= bars.ratio &&
      measured.identical &&
      measured.without_prefix === 'differs' &&
      strange.kind === 'missed',
  };
  process.stdout.write(`${JSON.stringify(line)}\n`);
} finally {
  await here.stop();
  fs.rmSync(place, { recursive: true, force: true });
}

async function measure(client: Client, engine: NodeLlama) {
  const text = textFor(engine);
  const prefix = { texts: [text] };
  const computing: Spent[] = [];
  for (let n = 0; n < prefills; n += 1) {
    await engine.erase();
    computing.push(await spent(() => engine.sequence.evaluateWithoutGeneratingNewTokens(engine.tokens(text))));
  }
  const computed = await continuation(engine);
  const saved = await savePrefix(client, engine, prefix);
  const [restoring, loading]: Spent[][] = [[], []];
  for (let n = 0; n < restores; n += 1) {
    await engine.erase();
    restoring?.push(await spent(() => restored(client, engine, prefix)));
    await engine.erase();
    loading?.push(await spent(() => engine.restore({ directory: '', name: '', path: saved.path })));
  }
  await engine.erase();
  await restored(client, engine, prefix);
  const after = await continuation(engine);
  await engine.erase();
  const without = await continuation(engine);
  const [prefill, restore] = [summary(computing), summary(restoring ?? [])];
  return {
    ...{ tokens: saved.tokens, state_bytes: saved.bytes, prefill_ms: prefill, restore_ms: restore },
    engine_alone_ms: summary(loading ?? []),
    ratio: rounded(prefill.p50 / restore.p50),
    ratio_fastest: rounded(prefill.fastest / restore.fastest),
    ratio_cpu: rounded(prefill.cpu / restore.cpu),
    ...{ identical: after === computed, without_prefix: without === computed ? 'the same' : 'differs' },
  };
}

async function restored(client: Client, engine: NodeLlama, prefix: { readonly texts: readonly string[] }) {
  const got = await restorePrefix(client, engine, prefix);
  if (got.kind !== 'restored') throw new Error(`not restored: ${got.why} ${got.told}`);
}

/** Exactly as many tokens as wanted, the beginning counted. */
function textFor(engine: NodeLlama): string {
  let [low, high] = [0, sentences.length];
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (engine.tokens(sentences.slice(0, middle)).length <= prefixTokens) low = middle;
    else high = middle - 1;
  }
  return sentences.slice(0, low);
}

/** What the model says next, always the most probable, with how probable the first words were. */
async function continuation(engine: NodeLlama): Promise<string> {
  const said: number[] = [];
  const question = engine.model.tokenize(' Then it was asked');
  for await (const token of engine.sequence.evaluate(question, { temperature: 0 })) {
    said.push(token);
    if (said.length >= continued) break;
  }
  return said.join(' ');
}

interface Spent {
  readonly ms: number;
  /** Of all threads of this process. */
  readonly cpuMs: number;
}

async function spent(work: () => Promise<unknown>): Promise<Spent> {
  const [begun, cpu] = [performance.now(), process.cpuUsage()];
  await work();
  const { user, system } = process.cpuUsage(cpu);
  return { ms: performance.now() - begun, cpuMs: (user + system) / 1000 };
}

function summary(all: readonly Spent[]) {
  const ms = all.map((each) => each.ms);
  return {
    ...{
      p50: rounded(quantile(ms, 0.5), 2),
      fastest: rounded(Math.min(...ms), 2),
      slowest: rounded(Math.max(...ms), 2),
    },
    cpu: rounded(
      quantile(
        all.map(({ cpuMs }) => cpuMs),
        0.5,
      ),
      2,
    ),
  };
}

function clientOf({ home, project }: World): Client {
  const env = { PATH: process.env['PATH'], HOME: home, PRSIST_HOME: home };
  return createClient({ env, project, daemon: join(import.meta.dirname, '../../bin/prsist-daemon') });
}

/** Into a directory that goes away: neither scripts nor packages for GPUs. */
function install(directory: string): string {
  const system = process.platform === 'darwin' ? 'mac' : process.platform === 'win32' ? 'win' : process.platform;
  const binary = `${system}-${process.arch}${system === 'mac' && process.arch === 'arm64' ? '-metal' : ''}`;
  fs.writeFileSync(join(directory, 'package.json'), '{"private":true}');
  const packages = [`node-llama-cpp@${version}`, `@node-llama-cpp/${binary}@${version}`];
  const flags = ['--ignore-scripts', '--omit=optional', '--no-audit', '--no-fund'];
  execFileSync('npm', ['install', ...flags, ...packages], { cwd: directory, stdio: ['ignore', 'ignore', 'inherit'] });
  return directory;
}
