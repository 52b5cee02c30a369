// What an agent still knows after its context was compacted. Every dev session that contains compactions is taken in up to
// each of them; then the re-anchor block is asked for, as the hook would print it, and compared with what the agent really
// did next: of the facts that its next 30 tool calls name and that had come up before the compaction, the share that
// stands in the block. Beside it the same share for the last 2,000 tokens of the transcript (as the agent saw it: words,
// tool inputs, tool outputs), for the agent's own summary where it wrote one, and for nothing.
// A fact: a file (its last two path parts), a command (its first three words), an identifier (six letters or more with a
// capital inside, an underscore or a dot). Prints one JSON line; without the dev data it says so.
import fs from 'node:fs';
import { join } from 'node:path';
import { estimateTokens } from '../../src/core/tokens.ts';
import { layTranscripts, rounded, world } from './measure.ts';

const actionsMost = 30;
const tailChars = 8_000;

interface Case {
  readonly name: string;
  readonly before: readonly string[];
  readonly facts: readonly Fact[];
  readonly summary: string | undefined;
}

interface Fact {
  readonly kind: 'file' | 'command' | 'identifier';
  readonly text: string;
}

type Kind = Fact['kind'];
type Share = number | null;

interface Measured {
  readonly name: string;
  readonly facts: number;
  readonly block: Share;
  readonly tail: Share;
  readonly summary: Share;
  readonly kinds: Readonly<Record<'block' | 'tail', Readonly<Record<Kind, Share>>>>;
  readonly blockTokens: number;
  readonly summaryTokens: number | null;
}

type Loose = Record<string, unknown>;

const here = await world();
try {
  const transcripts = layTranscripts(join(here.home, 'transcripts'));
  const cases = transcripts.source === 'dev' ? casesOf(transcripts.directory) : [];
  const measured: Measured[] = [];
  for (const each of cases) measured.push(await measure(each));
  const line = {
    ...{ bench: 'reanchor', source: transcripts.source, compactions: cases.length },
    facts: measured.reduce((sum, { facts }) => sum + facts, 0),
    share: {
      ...{ block: mean(measured, 'block'), last_2000_tokens: mean(measured, 'tail') },
      ...{ own_summary: mean(measured, 'summary'), nothing: 0 },
    },
    tokens: { block: mean(measured, 'blockTokens'), own_summary: mean(measured, 'summaryTokens') },
    by_kind: { block: byKind('block'), last_2000_tokens: byKind('tail') },
    cases: measured.map(({ name, facts, block, tail, summary }) => ({ name, facts, block, tail, summary })),
  };
  process.stdout.write(`${JSON.stringify(line)}\n`);

  function byKind(of: 'block' | 'tail'): Record<string, number | null> {
    const shares = (kind: Kind) => measured.map(({ kinds }) => kinds[of][kind]).filter((share) => share !== null);
    return Object.fromEntries(
      (['file', 'command', 'identifier'] as const).map((kind) => [kind, average(shares(kind))]),
    );
  }
} finally {
  await here.stop();
}

/** Takes a session in up to its compaction, in a project of its own, and asks what it would be told. */
async function measure({ name, before, facts, summary }: Case): Promise<Measured> {
  const project = join(here.home, 'cut', name);
  fs.mkdirSync(project, { recursive: true });
  const file = join(project, 'session.jsonl');
  fs.writeFileSync(file, `${before.join('\n')}\n`);
  await here.prsist('init', project, '--no-import', '--no-git-hooks');
  const inside = (...args: string[]) => here.prsist(...args, '--project', project);
  await inside('import', '--path', file);
  // what --json prints of sessions
  const { items } = (await inside('sessions', '--limit', '1')) as { items: readonly Loose[] };
  const asked = { reason: 'compact', session_id: items[0]?.session_id, agent: items[0]?.agent };
  const { brief } = await inside('api', 'brief.get', JSON.stringify(asked));
  const block = String(brief);
  if (block === '') throw new Error(`${name}: nothing to tell`);
  const tail = spoken(before).slice(-tailChars);
  const kinds = { block: sharesByKind(facts, block), tail: sharesByKind(facts, tail) };
  return {
    ...{ name, facts: facts.length, block: share(facts, block), tail: share(facts, tail) },
    ...{ summary: summary === undefined ? null : share(facts, summary), kinds },
    ...{ blockTokens: estimateTokens(block), summaryTokens: summary === undefined ? null : estimateTokens(summary) },
  };
}

/** Every compaction of every transcript with what came before it and what was done after. */
function casesOf(directory: string): Case[] {
  // fixtures cover formats, they are no sessions
  const files = fs.globSync(`${directory}/*`).filter((file) => !file.includes('/fixture-'));
  return files.flatMap((file) => {
    const lines = fs
      .readFileSync(file, 'utf8')
      .split('\n')
      .filter((line) => line !== '');
    const places = lines.flatMap((line, n) => (isCompaction(parsed(line)) ? [n] : []));
    return places.map((place, n): Case => {
      const before = lines.slice(0, place);
      const known = spoken(before);
      const after = lines
        .slice(place + 1)
        .flatMap(callsOf)
        .slice(0, actionsMost);
      const summary = lines
        .slice(place, place + 3)
        .map(summaryOf)
        .find((text) => text !== undefined);
      const name = `${file
        .split('/')
        .at(-1)
        ?.replace(/\.jsonl$/, '')}-${n}`;
      return { name, before, facts: factsOf(after).filter(({ text }) => known.includes(text)), summary };
    });
  });
}

function isCompaction({ type, subtype }: Loose): boolean {
  return (type === 'system' && subtype === 'compact_boundary') || type === 'compacted';
}

function summaryOf(line: string): string | undefined {
  const value = parsed(line);
  return value.isCompactSummary === true ? spoken([line]) : undefined;
}

/** Inputs of the tool calls of one line, sub-agents' apart. */
function callsOf(line: string): string[] {
  const value = parsed(line);
  if (value.isSidechain === true) return [];
  const payload = objectOf(value.payload);
  if (payload.type === 'function_call' || payload.type === 'custom_tool_call') {
    return [String(payload.arguments ?? payload.input)];
  }
  const content = objectOf(value.message).content;
  if (value.type !== 'assistant' || !Array.isArray(content)) return [];
  return content.filter((part) => part.type === 'tool_use').map((part) => JSON.stringify(part.input));
}

/** Everything said and done in some lines, as words. */
function spoken(lines: readonly string[]): string {
  const words: string[] = [];
  const gather = (value: unknown): void => {
    if (typeof value === 'string') words.push(value);
    else if (Array.isArray(value)) value.forEach(gather);
    else if (typeof value === 'object' && value !== null) {
      for (const [name, each] of Object.entries(value)) if (!isMark(name)) gather(each);
    }
  };
  for (const line of lines) {
    const { message, payload, type } = parsed(line);
    if (type === 'session_meta' || type === 'turn_context') continue;
    gather(message ?? payload);
  }
  return words.join('\n');
}

/** Members that are no words: kinds, ids, signatures, usage. */
function isMark(name: string): boolean {
  return /^(?:type|id|role|model|signature|encrypted_content|usage|stop_reason|tool_use_id|call_id|turn_id|rate_limits)$/.test(
    name,
  );
}

function factsOf(inputs: readonly string[]): Fact[] {
  const facts = new Map<string, Fact>();
  const add = (kind: Kind, text: string) => facts.set(`${kind} ${text}`, { kind, text });
  for (const input of inputs) {
    for (const text of stringsIn(parsed(input), input)) {
      for (const [path] of text.matchAll(/[\w@.-]*(?:\/[\w@.-]+)+\.[A-Za-z]\w{0,5}\b/g)) {
        add('file', path.split('/').slice(-2).join('/').replace(/^\//, ''));
      }
    }
    for (const [name, value] of Object.entries(parsed(input))) {
      if (!/^(?:command|cmd)$/.test(name)) continue;
      const words = String(value).trim().split(/\s+/).slice(0, 3);
      if (words.length > 1) add('command', words.join(' '));
    }
    for (const [word] of input.matchAll(/\b[A-Za-z][\w.]{5,60}\b/g)) {
      if (/[a-z][A-Z]|_|[a-z]\.[A-Za-z]/.test(word) && !/\.(?:md|json|go|ts|tsx|js|py|ya?ml)$/.test(word)) {
        add('identifier', word);
      }
    }
  }
  return [...facts.values()];
}

function stringsIn(value: unknown, fallback: string): string[] {
  if (typeof value === 'string') return [value];
  if (Array.isArray(value)) return value.flatMap((each) => stringsIn(each, ''));
  if (typeof value !== 'object' || value === null) return [];
  const members = Object.values(value);
  return members.length === 0 ? [fallback] : members.flatMap((each) => stringsIn(each, ''));
}

function share(facts: readonly Fact[], text: string): number | null {
  if (facts.length === 0) return null;
  return rounded(facts.filter((fact) => text.includes(fact.text)).length / facts.length, 3);
}

function sharesByKind(facts: readonly Fact[], text: string): Record<Kind, number | null> {
  const of = (kind: Kind) =>
    share(
      facts.filter((fact) => fact.kind === kind),
      text,
    );
  return { file: of('file'), command: of('command'), identifier: of('identifier') };
}

function mean<K extends string>(rows: readonly { readonly [N in K]: number | null }[], name: K): number | null {
  return average(rows.map((row) => row[name]).filter((value) => value !== null));
}

function average(values: readonly number[]): number | null {
  return values.length === 0 ? null : rounded(values.reduce((sum, value) => sum + value, 0) / values.length, 3);
}

function parsed(text: string): Loose {
  try {
    return objectOf(JSON.parse(text));
  } catch {
    return {}; // a patch, a command: words, no members
  }
}

function objectOf(value: unknown): Loose {
  // any object of JSON has string keys
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Loose) : {};
}
