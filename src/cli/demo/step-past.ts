import { basename, join } from 'node:path';
import { copyTree } from '../../platform/temporary.ts';
import { filesBelow } from '../../platform/walk.ts';
import { size } from '../print.ts';
import { oneLine } from '../text.ts';
import { broken, type Figures, type Outcome, prsist, type Stage } from './stage.ts';

/** What an import reports; the members that are shown. */
interface Imported {
  readonly files: number;
  readonly read: number;
  readonly unchanged: number;
  readonly bytes: number;
  readonly lines: number;
  readonly sessions: number;
  readonly records_added: number;
  readonly redacted: Readonly<Record<string, number>>;
  readonly total_ms: number;
}

/** Past sessions come in, and come in only once. */
export async function takeInPast(stage: Stage): Promise<Outcome> {
  const path = stage.transcripts ?? samplesInHome(stage, 'transcripts');
  const first = await importOf(stage, path);
  const totals = await totalsOf(stage);
  const { tokens } = totals;
  const perSecond = first.bytes / 1000 / Math.max(1, first.total_ms);
  const secrets = Object.values(first.redacted).reduce((sum, count) => sum + count, 0);
  stage.show.rows([
    [
      'read',
      `${size(first.bytes)}, ${number(first.lines)} lines in ${number(first.total_ms)} ms: ${perSecond.toFixed(1)} MB/s`,
    ],
    [
      'found',
      `${totals.sessions} sessions, ${number(totals.messages)} messages, ${number(totals.tool_calls)} tool calls`,
    ],
    [
      'tokens',
      `${number(tokens.fresh + tokens.cache_write)} in, ${number(tokens.cache_read)} from cache, ${number(tokens.output)} out`,
    ],
    ['secrets', `${secrets} replaced before anything was stored`],
  ]);
  stage.expect('past sessions are in memory', totals.sessions > 0 && totals.messages > 0);
  const again = await importOf(stage, path);
  stage.expect(
    `again: ${again.unchanged} of ${again.files} files unchanged, nothing added`,
    again.records_added === 0 && again.unchanged === again.files,
  );
  const measured = { ms: first.total_ms, mb_per_s: Number(perSecond.toFixed(2)), secrets_replaced: secrets };
  const found = { files: first.files, bytes: first.bytes, lines: first.lines, ...totals, ...measured };
  const repeated = { records_added: again.records_added, files_unchanged: again.unchanged, ms: again.total_ms };
  return {
    summary: `${totals.sessions} sessions, ${number(totals.messages)} messages, ${perSecond.toFixed(1)} MB/s; again: nothing added`,
    figures: { ...found, again: repeated },
  };
}

/** A copy of the bundled transcripts in the home, under a name of its own. */
export function samplesInHome(stage: Stage, name: string): string {
  const to = join(stage.home.home, name);
  const files = filesBelow(stage.samples, (each) => each.endsWith('.jsonl.gz'));
  if (files.length === 0) throw broken(`no samples in ${stage.samples}`, 'file/unreadable');
  for (const { path } of files) copyTree(path, join(to, basename(path)));
  return to;
}

/** Transcripts of years take their time. */
const longMs = 1_800_000;

async function importOf(stage: Stage, path: string): Promise<Imported> {
  const shown = path.startsWith(`${stage.home.home}/`) ? `~${path.slice(stage.home.home.length)}` : path;
  const ran = await prsist(stage, ['import', '--path', path, '--json'], {
    as: `prsist import --path ${shown}`,
    timeoutMs: longMs,
  });
  if (ran.status !== 0) throw broken(oneLine(ran.stderr) || 'the import failed');
  // the reply of a finished import job
  return (JSON.parse(ran.stdout) as { result: Imported }).result;
}

export interface Totals {
  readonly sessions: number;
  readonly messages: number;
  readonly tool_calls: number;
  readonly tokens: {
    readonly fresh: number;
    readonly cache_read: number;
    readonly cache_write: number;
    readonly output: number;
  };
}

/** What a project holds, summed over its sessions. client: one of that project. */
export async function totalsOf({ client }: Pick<Stage, 'client'>): Promise<Totals> {
  const totals = {
    sessions: 0,
    messages: 0,
    tool_calls: 0,
    tokens: { fresh: 0, cache_read: 0, cache_write: 0, output: 0 },
  };
  for (let cursor: string | undefined; ; ) {
    const page = await client.call('session.list', { limit: 500, cursor });
    for (const { message_count, tool_count, tokens } of page.items) {
      totals.sessions += 1;
      totals.messages += message_count;
      totals.tool_calls += tool_count;
      for (const kind of ['fresh', 'cache_read', 'cache_write', 'output'] as const) totals.tokens[kind] += tokens[kind];
    }
    if (page.next_cursor === null) return totals;
    cursor = page.next_cursor;
  }
}

/** "1,234,567". */
export function number(value: number): string {
  return value.toLocaleString('en-US');
}

/** Questions to the past, and what memory finds. */
export async function askPast(stage: Stage): Promise<Outcome> {
  const questions = stage.story.questions.length > 0 ? stage.story.questions : await questionsOf(stage);
  const asked: Figures[] = [];
  const times: number[] = [];
  for (const { query, answer } of questions) {
    const ran = await prsist(stage, ['search', query, '--limit', '1']);
    stage.show.output(ran.stdout, { lines: 8 });
    const { results } = await stage.client.call('search.query', { query, limit: 5 });
    const place = 1 + results.findIndex(({ snippet, title }) => `${title ?? ''} ${snippet}`.includes(answer));
    const ms = Math.round(ran.ms);
    stage.expect(`the answer is result ${place}, after ${ms} ms`, place === 1);
    asked.push({ query, hits: results.length, place, ms });
    times.push(ms);
  }
  if (asked.length === 0) stage.expect('there is something to ask', false);
  const summary = `${asked.length} questions, the answer first each time, in at most ${Math.max(0, ...times)} ms`;
  return { summary, figures: { asked } };
}

/** Of unknown transcripts: what the user asked in them. */
async function questionsOf(stage: Stage): Promise<Stage['story']['questions']> {
  const { items } = await stage.client.call('session.list', { limit: 20 });
  const titles = items.flatMap(({ title }) => (title ? [oneLine(title)] : []));
  return titles
    .slice(0, 2)
    .map((title) => ({ query: title.split(' ').slice(0, 8).join(' ').replaceAll('"', ''), answer: '' }));
}
