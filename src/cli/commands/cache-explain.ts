// `prsist cache explain`: a session piece by piece, what a plan would have sent, and one request beside the one before it.
import type { Command } from 'commander';
import type { Reply } from '../../core/operation.ts';
import type { Operations } from '../../features/operations.ts';
import type { Bind, Cli } from '../cli.ts';
import { withExamples } from '../examples.ts';
import { count } from '../input.ts';
import { plural } from '../print.ts';
import { wholeSession } from '../session-id.ts';
import { cut, oneLine } from '../text.ts';

type Explained = Reply<Operations['cache.explain']>;

/** Adds `cache explain`. */
export function registerExplain(parent: Command, bind: Bind): void {
  const command = parent
    .command('explain <session>')
    .description(
      'A session piece by piece: what other sessions begin with as well, the first line that differs, and what a plan would have sent.',
    )
    .option('--limit <n>', 'so many pieces (50)', count('--limit', 4096))
    .option(
      '--request <id>',
      'one of its requests instead, by its number in the audit or its id: where its prompt changed',
    )
    .action(bind(explain));
  withExamples(command, [
    'prsist cache explain 3f2a91bc',
    'prsist cache explain 3f2a91bc --request 28',
    'prsist cache explain 3f2a91bc --json | jq .difference',
  ]);
}

interface ExplainOptions {
  readonly limit?: number;
  readonly request?: string;
}

async function explain(cli: Cli, given: string, { limit, request }: ExplainOptions): Promise<void> {
  const session_id = await wholeSession(cli, given);
  const reply = await cli.client.call('cache.explain', { session_id, limit, request });
  cli.answer(reply, () => {
    if (reply.request) return showRequest(cli, reply.request);
    cli.print.table([
      ['', 'piece', 'tokens', 'hash', 'changes', 'sessions'],
      ...reply.items.map(({ state, slot, role, tokens, hash, change, sessions }) => [
        ...[marks[state], role === null ? slot : `${slot} ${role}`, `${tokens}`, hash],
        ...[`${percent(change)}`, sessions > 0 ? `${sessions}` : ''],
      ]),
    ]);
    if (reply.segments > reply.items.length) cli.print.line(`and ${reply.segments - reply.items.length} more`);
    for (const { slot, unstable } of reply.items) {
      for (const { what, line, text } of unstable)
        cli.print.line(`${slot}, line ${line}: a ${what} (${oneLine(text)})`);
    }
    const part = `${reply.shared_segments} of ${plural(reply.segments, 'piece')}, ${reply.shared_tokens} of ${reply.tokens} tokens`;
    cli.print.line(`begins as other sessions do: ${part}`);
    showDifference(cli, reply.difference);
    showPlan(cli, reply.plan);
  });
}

const marks = { shared: '=', known: '+', new: ' ' } as const;

function percent(share: number): string {
  return `${Number((100 * share).toPrecision(2))} %`;
}

function showDifference(cli: Cli, difference: Explained['difference']): void {
  if (!difference) return;
  const { slot, line, offset, ours, theirs } = difference;
  if (ours === null || theirs === null) {
    cli.print.line(`parts from the next one in ${slot}`);
    return;
  }
  cli.print.line(`parts from the next one in ${slot}, line ${line}, byte ${offset}:`);
  cli.print.line(`  here   ${cut(oneLine(ours), 100)}`);
  cli.print.line(`  there  ${cut(oneLine(theirs), 100)}`);
}

function showPlan(cli: Cli, plan: Explained['plan']): void {
  if (!plan) return;
  const { provider, model, breakpoints, key, share } = plan;
  const ends = breakpoints.map(
    ({ name, slot, ttl }) => `${name} after ${oneLine(slot)}${ttl === null ? '' : ` (${ttl})`}`,
  );
  const marks = ends.length === 0 ? 'no breakpoints, the order is all' : ends.join(', ');
  cli.print.line(`planned for ${provider}, ${oneLine(model ?? 'any model')}: ${marks}`);
  if (key) cli.print.line(`  ${key.name}: ${oneLine(key.value)}`);
  cli.print.line(`  a request that follows another reads ${(100 * share).toFixed(1)} % from the cache`);
}

function showRequest(cli: Cli, request: NonNullable<Explained['request']>): void {
  const { at, model, read, written, uncached, cause, because, lost, pieces, kept_pieces, difference } = request;
  const { print } = cli;
  print.line(`request ${request.request}, ${oneLine(model)}, ${at.slice(0, 16).replace('T', ' ')} UTC`);
  print.line(`read ${read} tokens, wrote ${written}, ${uncached} uncached`);
  const why = [cause, because].filter((each) => each !== null).join(': ');
  print.line(
    why === '' ? 'it read all that was kept' : `${why}${lost > 0 ? `, ${lost} tokens could have been read` : ''}`,
  );
  const of = `${kept_pieces} of ${plural(pieces, 'piece')} as in the request before`;
  if (!difference) {
    print.line(`${of}; the rest is new`);
    return;
  }
  const { piece, slot, role, line, was, is } = difference;
  print.line(`${of}; then piece ${piece} (${[slot, role].filter((each) => each !== null).join(' ')}), line ${line}:`);
  if (was !== null) print.line(`  was  ${cut(oneLine(was), 100)}`);
  if (is !== null) print.line(`  is   ${cut(oneLine(is), 100)}`);
}
