import type { Command } from 'commander';
import type { Reply, Request } from '../../core/operation.ts';
import type { Operations } from '../../features/operations.ts';
import type { Bind, Cli } from '../cli.ts';
import { withExamples } from '../examples.ts';
import { count } from '../input.ts';
import { plural } from '../print.ts';
import { wholeSession } from '../session-id.ts';
import { cut, oneLine } from '../text.ts';

type Plan = Reply<Operations['cache.plan']>;
type Planned = Plan['segments'][number];

interface PlanOptions {
  readonly provider: string;
  readonly model?: string;
  readonly session?: string;
  readonly ttl?: string;
  readonly rate?: number;
  readonly reads?: number;
  readonly window?: number;
  readonly body?: boolean;
}

/** `prsist cache plan`. */
export function registerPlan(parent: Command, bind: Bind): void {
  const command = parent
    .command('plan')
    .description(
      'Lay out a request so that the prompt cache of a provider serves it: order, breakpoints, and what each request is expected to read, write and cost. Of a recorded session, or of what an agent of this project starts with.',
    )
    .requiredOption('--provider <name>', 'anthropic, openai, gemini, xai, mistral, deepseek, groq, ollama, llama.cpp')
    .option(
      '--model <model>',
      'its rules and price; without it those of the model the session used last, else the safest values',
    )
    .option('--session <id>', 'a request of this session, since its last compaction')
    .option('--ttl <lifetime>', 'how long entries live, as the provider says it: 5m, 1h')
    .option('--rate <n>', 'requests a minute that begin alike', count('--rate', 1_000_000))
    .option('--reads <n>', 'reads expected while an entry that costs storage lives', count('--reads', 1_000_000))
    .option('--window <tokens>', 'tokens that fit in, where the model is your own', count('--window', 100_000_000))
    .option('--body', 'print the request itself, as the API takes it')
    .action(bind(plan));
  withExamples(command, [
    'prsist cache plan --provider anthropic --model claude-opus-4.5',
    'prsist cache plan --provider openai --model gpt-5.6 --session 019a3985',
    'prsist cache plan --provider llama.cpp --body',
  ]);
}

async function plan(cli: Cli, options: PlanOptions): Promise<void> {
  const { provider, model, session, ttl, rate, reads, window, body } = options;
  const asked: Request<Operations['cache.plan']> = {
    ...{ provider, model, ttl, requests_per_minute: rate, expected_reads: reads, window_tokens: window, body },
    session_id: session === undefined ? undefined : await wholeSession(cli, session),
  };
  const reply = await cli.client.call('cache.plan', asked);
  cli.answer(reply, () => (body ? showRequest(cli, reply) : show(cli, reply)));
}

/** stdout is the body alone, so that it can be sent; what else the call has is talk. */
function showRequest(cli: Cli, { request }: Plan): void {
  if (!request) return;
  for (const { method, path, body } of request.before)
    cli.print.note(`before it: ${method} ${path} ${JSON.stringify(body)}`);
  cli.print.note(
    [request.method, request.path, ...Object.entries(request.headers).map((each) => each.join(': '))].join('  '),
  );
  cli.print.json(request.body);
}

function show(cli: Cli, reply: Plan): void {
  const { print } = cli;
  if (reply.segments.length === 0) {
    print.note('there is nothing to plan yet: no brief, no instruction files');
    return;
  }
  print.line(headOf(reply));
  print.table([
    ['', ...['tokens', 'read', 'written', 'uncached'].map(right), '', ''],
    ...groups(reply).map((group) => rowOf(group)),
  ]);
  const lines = [...breakpointLines(reply), ...settingLines(reply), ...costLines(reply), ...keepAliveLines(reply)];
  for (const line of lines) print.line(line);
  for (const { text } of reply.warnings) print.note(`warning: ${oneLine(text)}`);
}

function headOf({ provider, model, model_from, rules, source, session_id, tokens }: Plan): string {
  const of = source === 'session' ? `session ${(session_id ?? '').slice(0, 8)}` : 'what an agent starts with';
  const window = tokens.window === null ? '' : ` of ${amount(tokens.window)}`;
  const named = oneLine(model ?? `any model, by the safest rules of ${rules}`);
  const whose = model_from === 'session' ? ' (which the session used last)' : '';
  return `${provider}, ${named}${whose}: ${amount(tokens.total)} tokens${window}, ${of}`;
}

interface Group {
  readonly name: string;
  readonly zone: Planned['zone'];
  readonly sums: readonly number[];
  readonly mark: string;
}

/** Turns between two breakpoints are one row: a session has thousands of them. */
function groups({ segments, breakpoints }: Plan): readonly Group[] {
  const marks = new Map(breakpoints.map((each) => [each.at, each]));
  const rows: { first: Planned; last: Planned; count: number; sums: number[]; mark: string }[] = [];
  let isOpen = false;
  for (const [at, segment] of segments.entries()) {
    const sums = [segment.tokens, segment.read, segment.written, segment.uncached];
    const mark = marks.get(at);
    const said = mark
      ? `◀ ${mark.name}${mark.ttl === null ? '' : ` ${mark.ttl}`}${mark.implicit ? ' (by itself)' : ''}`
      : '';
    const last = rows.at(-1);
    if (last && isOpen && segment.zone === 'history') {
      Object.assign(last, { last: segment, count: last.count + 1, mark: said });
      last.sums = last.sums.map((sum, n) => sum + (sums[n] ?? 0));
    } else rows.push({ first: segment, last: segment, count: 1, sums, mark: said });
    isOpen = segment.zone === 'history' && said === '';
  }
  return rows.map(({ first, last, count: turns, sums, mark }) => ({
    name: turns === 1 ? oneLine(first.slot) : `${oneLine(first.slot)} … ${oneLine(last.slot)}`,
    ...{ zone: first.zone, sums, mark },
  }));
}

function rowOf({ name, zone, sums, mark }: Group): readonly string[] {
  return [cut(name, 40), ...sums.map((sum) => right(amount(sum))), zone, mark];
}

function breakpointLines({ breakpoints, mode }: Plan): readonly string[] {
  if (breakpoints.length > 0) return [`${plural(breakpoints.length, 'breakpoint')}; each ends what is kept up to it`];
  return mode === 'breakpoints'
    ? ['no breakpoints: nothing is long enough to be kept']
    : ['no breakpoints: the provider keeps beginnings by itself, the order is all'];
}

function settingLines({ key, headers, settings, explicit }: Plan): readonly string[] {
  const all = { ...headers, ...(key === null ? {} : { [key.name]: key.value }), ...settings };
  const lines = Object.entries(all).map(
    ([name, value]) => `${name}: ${typeof value === 'string' ? value : JSON.stringify(value)}`,
  );
  return explicit === null ? lines : [...lines, `an entry of one's own is worth its storage: kept ${explicit.ttl_s} s`];
}

function costLines({ hits, expected_cost }: Plan): readonly string[] {
  const share = `a request that follows another reads ${(hits.share * 100).toFixed(1)} % from the cache`;
  if (expected_cost === null) return [`${share}; what it costs is not known`];
  const { first, following, without_cache, usd } = expected_cost;
  const priced = (name: keyof NonNullable<typeof usd>, tokens: number) =>
    usd === null ? amount(tokens) : `${amount(tokens)} ($${usd[name].toFixed(4)})`;
  return [
    share,
    `cost in tokens of uncached input: first ${priced('first', first)}, following ${priced('following', following)}, without a cache ${priced('without_cache', without_cache)}`,
  ];
}

/** Advice: whoever sends the requests would send these as well. */
function keepAliveLines({ keep_alive }: Plan): readonly string[] {
  if (keep_alive === null) return [];
  const { every_s, most, saves, each } = keep_alive;
  if (most === 0) return ['not worth a keep-alive: in such pauses they save next to nothing, or less than they cost'];
  return [
    `worth a keep-alive every ${every_s} s of silence, up to ${plural(most, 'time')} in a pause: each costs ${amount(each)}, a request saves ${amount(saves)} in the mean; prsist sends none`,
  ];
}

function amount(count: number): string {
  return Math.round(count).toLocaleString('en-US');
}

function right(text: string): string {
  return text.padStart(9);
}
