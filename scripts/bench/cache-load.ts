// Loading a context of 60 files (746 KB, cut from this repository): prsist against a fresh process that reads, renders
// and tokenises everything (B0), the same in a warm process, and a competent loader that keeps texts and token counts by
// the times of the files and tokenises what changed (B1); 0, 2, 10, 50 and 100 % of the files changed before each load.
// Rounds of B1 and prsist take turns, each on its own copy of the files. prsist estimates what changed and counts it
// behind the answer: what that takes is told, too. How much was loaded before is looked up in an index on disk. One JSON line; milliseconds.
import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { countTokens } from 'gpt-tokenizer/encoding/o200k_base';
import { readRedactionRules } from '../../src/config/redaction.ts';
import type { Config } from '../../src/config/schema.ts';
import { createRedactor } from '../../src/core/redact.ts';
import { TokenCounter } from '../../src/daemon/token-counter.ts';
import { addLinks } from '../../src/features/cache/blocks.ts';
import { ContextLoading } from '../../src/features/cache/context/loading.ts';
import type { ContextSources, LoadedChain } from '../../src/features/cache/context/needs.ts';
import { contextText, framedDocument } from '../../src/features/cache/context/render.ts';
import { knownChains, loadedLinks } from '../../src/features/cache/loaded.ts';
import { packedLink } from '../../src/features/cache/segments.ts';
import type { Context } from '../../src/features/feature.ts';
import { migration } from '../../src/store/migrate.ts';
import { Store } from '../../src/store/store.ts';
import { quantile, rest, rounded } from './measure.ts';

const files = 60;
const bytes = 746_000;
const rounds = Math.max(10, Number(process.argv[3] ?? 60));
const shares = [0, 0.02, 0.1, 0.5, 1];
const bars = { faster_than_b0: 0.95, faster_than_b1_at_2_to_10: 0.6, at_0_of_b1: 1.05 };
const root = join(import.meta.dirname, '..', '..');
const names = Array.from({ length: files }, (_, n) => `part-${String(n).padStart(2, '0')}.md`);

/** What B0 does: no state at all. */
function everything(directory: string): number {
  return names.reduce((all, name) => all + countTokens(rendered(directory, name)), 0);
}

function rendered(directory: string, name: string): string {
  return framedDocument(name, contextText(fs.readFileSync(join(directory, name), 'utf8')));
}

/** B1: what a good engineer writes in an afternoon. */
function competent(directory: string) {
  const known = new Map<string, { readonly mtimeMs: number; readonly text: string; readonly tokens: number }>();
  const template = join(root, 'config', 'templates', 'resume.md');
  return () => {
    // it stands in the context, too
    fs.statSync(template);
    const parts = names.map((name) => {
      const { mtimeMs } = fs.statSync(join(directory, name));
      const before = known.get(name);
      if (before?.mtimeMs === mtimeMs) return before;
      const text = rendered(directory, name);
      const now = { mtimeMs, text, tokens: countTokens(text) };
      known.set(name, now);
      return now;
    });
    return {
      texts: parts.map(({ text }) => text),
      tokens: parts.reduce((all, { tokens }) => all + tokens, 0),
    };
  };
}

interface Counting {
  ms: number;
}

const redactor = createRedactor(readRedactionRules(root, []), Buffer.alloc(32, 1));

/** prsist, as the daemon has it, without a memory around the files. */
function ours(directory: string, behind: Counting) {
  const counter = new TokenCounter();
  const index = indexIn(`${directory}.db`);
  const nothing: ContextSources = {
    ...{ memory: () => '', session: () => undefined, handoff: () => undefined, git: () => null },
    ...{ tasks: () => [], news: () => [], stored: () => undefined, bank: () => [] },
  };
  const loading = new ContextLoading(
    {
      ...{ sources: nothing, ignores: () => undefined, noted: () => undefined, note: async () => undefined },
      map: async () => '',
      templates: { shipped: join(root, 'config', 'templates'), own: join(directory, 'templates') },
      redact: () => (text) => redactor.text(text).text,
      shares: () => ({ system: 0.4, template: 0.3, documentation: 0.2, dynamic: 0.1 }),
      count: async (texts) => {
        const begun = performance.now();
        const counts = await counter.count(texts);
        behind.ms += performance.now() - begun;
        return counts;
      },
      chains: index.chains,
      ...{ writePrice: () => undefined, clock: () => Date.now(), monotonic: () => performance.now() },
      onFault: (error) => {
        throw error;
      },
    },
    () => ({ root: directory }),
  );
  // of a request only the project and where the caller stands are looked at
  const context = {
    project: { id: 'bench', name: 'bench', root: directory },
    ...{ caller: {}, read: { project: index.read } },
  } as unknown as Context;
  const input = { template: 'resume', session_id: undefined, agent: 'codex', budget_tokens: 400_000, turns: 0 };
  return {
    async load() {
      const { reply } = await loading.load(context, { ...input, documents: names });
      return { texts: reply.segments.map(({ text }) => text), tokens: reply.tokens, reply };
    },
    async settled() {
      await loading.settled();
      await index.written();
    },
    close() {
      counter.close();
      index.close();
    },
  };
}

/** The index of prefixes, written behind the answers as the daemon does. */
function indexIn(file: string) {
  const id = (last: number) => `019a3985-b900-7000-8000-00000000000${last}`;
  const sql = (path: string) => fs.readFileSync(join(root, 'src', path), 'utf8');
  const steps = [
    ...['store/migrations/0001-log.sql', 'features/cache/migrations/0026-cache.sql'],
    'store/migrations/0040-erasures.sql',
  ];
  const store = new Store({
    ...{ file, kind: 'project', deviceName: 'bench', projections: [] },
    identity: { ws: id(1), dev: id(2), user: id(3), project: id(4) },
    migrations: steps.map((path) => migration(path.split('/').at(-1) ?? '', sql(path))),
    ...{ clock: Date.now, random: randomBytes, failpoint: () => undefined, onCommit: () => undefined },
  });
  let waiting: LoadedChain | undefined;
  // of the settings only these are asked for
  const kvCache = { enabled: true, prefix_detection: true } as Config['optimization']['kv_cache'];
  const chains = knownChains({
    room: {
      ...{ emptied: () => 0, isComing: () => false },
      loaded: (_id, chain) => {
        waiting = chain;
      },
    },
    setting: () => kvCache,
  });
  return {
    ...{ chains, read: store.read, close: () => store.close() },
    async written() {
      const chain = waiting;
      waiting = undefined;
      if (!chain) return;
      const links = loadedLinks(chain);
      const packed = new Map(links.map((link, at) => [at, packedLink(link, true)]));
      await store.write((tx) => addLinks(tx, { links, packed, most: links.length }));
    },
  };
}

function lay(directory: string): void {
  const sources = fs.globSync('{src,test}/**/*.ts', { cwd: root }).sort();
  const whole = sources.map((name) => fs.readFileSync(join(root, name), 'utf8')).join('\n');
  // both sides are to give the same texts, and only prsist takes secrets out
  const { text } = redactor.text(whole.slice(0, bytes));
  const each = Math.ceil(text.length / files);
  fs.mkdirSync(directory);
  for (const [n, name] of names.entries()) {
    fs.writeFileSync(join(directory, name), text.slice(n * each, (n + 1) * each));
  }
}

let edits = 0;
/** Changes a line in the middle of so many files, others every time. */
function change(directory: string, many: number): void {
  for (let n = 0; n < many; n += 1) {
    edits += 1;
    const path = join(directory, names[(edits * 7) % files] ?? '');
    const lines = fs.readFileSync(path, 'utf8').split('\n');
    lines[Math.floor(lines.length / 2)] = `edit ${edits}: the ${edits * 7919}th line says something else now`;
    fs.writeFileSync(path, lines.join('\n'));
  }
}

async function timed<T>(work: () => T | Promise<T>): Promise<{ readonly ms: number; readonly answer: T }> {
  const begun = performance.now();
  const answer = await work();
  return { ms: performance.now() - begun, answer };
}

async function measured(): Promise<void> {
  const place = fs.mkdtempSync(join(tmpdir(), 'prsist-bench-'));
  try {
    const [left, right] = [join(place, 'b1'), join(place, 'ours')];
    for (const directory of [left, right]) lay(directory);
    process.stdout.write(`${JSON.stringify(await compared(left, right))}\n`);
  } finally {
    fs.rmSync(place, { recursive: true, force: true });
  }
}

async function compared(left: string, right: string): Promise<object> {
  const counting: Counting = { ms: 0 };
  const [b1, product] = [competent(left), ours(right, counting)];
  const fresh = Array.from({ length: 7 }, () => {
    const begun = performance.now();
    const { status } = spawnSync(process.execPath, [import.meta.filename, 'fresh', left]);
    if (status !== 0) throw new Error(`the fresh process ended with ${status}`);
    return performance.now() - begun;
  });
  const warm = await several(() => everything(left), 15);
  const same = b1();
  await product.load();
  await product.settled();
  await rest(50);
  const whole = await product.load();
  if (same.texts.some((text) => !whole.texts.includes(text))) throw new Error('not the same context');
  // both are compiled by then, as in a process that has run for a while
  for (let n = 0; n < 600; n += 1) {
    if (n % 6 === 0) for (const directory of [left, right]) change(directory, 1);
    b1();
    await product.load();
  }
  await rest(50);
  await product.load();
  await product.settled();
  const columns = [];
  for (const share of shares) columns.push(await column(share, { left, right, b1, product, counting }));
  product.close();
  const b0 = quantile(fresh, 0.5);
  const slowest = Math.max(...columns.map(({ ours: { p50 } }) => p50));
  const some = columns.filter(({ changed }) => changed > 0 && changed <= 6).map(({ faster_than_b1 }) => faster_than_b1);
  const none = columns[0];
  return {
    ...{ bench: 'cache-load', files, bytes, rounds, tokens: b1().tokens },
    b0: { p50: rounded(b0, 1), p95: rounded(quantile(fresh, 0.95), 1) },
    b0_warm: { p50: rounded(quantile(warm, 0.5), 1), p95: rounded(quantile(warm, 0.95), 1) },
    columns,
    faster_than_b0: rounded(1 - slowest / b0, 3),
    bars,
    ok:
      1 - slowest / b0 >= bars.faster_than_b0 &&
      Math.min(...some) >= bars.faster_than_b1_at_2_to_10 &&
      (none?.ours.p50 ?? 0) <= (none?.b1.p50 ?? 0) * bars.at_0_of_b1,
  };
}

async function several(work: () => unknown, times: number): Promise<readonly number[]> {
  const found: number[] = [];
  for (let n = 0; n < times; n += 1) found.push((await timed(work)).ms);
  return found;
}

interface Sides {
  readonly left: string;
  readonly right: string;
  readonly b1: ReturnType<typeof competent>;
  readonly product: ReturnType<typeof ours>;
  readonly counting: Counting;
}

async function column(share: number, { left, right, b1, product, counting }: Sides) {
  const many = share === 0 ? 0 : Math.max(1, Math.round(share * files));
  const [theirs, own]: number[][] = [[], []];
  counting.ms = 0;
  for (let n = 0; n < rounds; n += 1) {
    const edited = edits;
    change(left, many);
    edits = edited;
    change(right, many);
    if (many > 0) await rest(25); // longer than two writes could share a time
    // in turn, so that neither always finds what the other left behind
    const early = n % 2 === 0 ? await timed(b1) : undefined;
    const second = await timed(product.load);
    const first = early ?? (await timed(b1));
    own?.push(second.ms);
    theirs?.push(first.ms);
    const { files: looked, hit } = second.answer.reply;
    if (looked.changed.length !== many) throw new Error('not what changed was read');
    if (many === 0 && hit.segments < files) throw new Error('what was loaded before is not known');
    await product.settled();
  }
  const of = (times: readonly number[] = []) => ({
    p50: rounded(quantile(times, 0.5), 3),
    p95: rounded(quantile(times, 0.95), 3),
  });
  const [there, here] = [of(theirs), of(own)];
  const behind = rounded(counting.ms / rounds, 2);
  return {
    changed: many,
    b1: there,
    ours: here,
    faster_than_b1: rounded(1 - here.p50 / there.p50, 3),
    counted_behind: behind,
  };
}

if (process.argv[2] === 'fresh') process.stdout.write(`${everything(process.argv[3] ?? '')}\n`);
else await measured();
