import { shortId } from '../../core/ids.ts';
import type { Reply } from '../../core/operation.ts';
import { findableKinds } from '../../core/words.ts';
import type { Operations } from '../../features/operations.ts';
import type { Cli, Register } from '../cli.ts';
import { withExamples } from '../examples.ts';
import { count, list, oneOf, wordsOrStdin } from '../input.ts';
import { wholeSession } from '../session-id.ts';
import { cleaned, oneLine } from '../text.ts';
import { momentBefore, relativeTime } from '../when.ts';

interface SearchOptions {
  readonly kind?: readonly string[];
  readonly session?: string;
  readonly agent?: string;
  readonly path?: string;
  readonly since?: string;
  readonly until?: string;
  readonly limit?: number;
}

type Found = Reply<Operations['search.query']>['results'][number];

export const register: Register = (parent, bind) => {
  const command = parent
    .command('search')
    .description(
      'Search everything remembered. Words, "an exact phrase", -without, and kind: session: agent: path: since: until:',
    )
    .argument('[query...]', 'read from stdin when absent or "-"')
    .option('--kind <kinds>', findableKinds.join(', '), list)
    .option('--session <id>', 'only this session')
    .option('--agent <agent>', 'only what this agent said or did')
    .option('--path <path>', 'only about files below this path')
    .option('--since <when>', 'not older: 7d, 12h, 2026-01-31')
    .option('--until <when>', 'not newer')
    .option('--limit <n>', 'at most so many results (20)', count('--limit', 200))
    .action(bind(search));
  withExamples(command, [
    'prsist search "why did we drop redis"',
    'prsist search migration --kind entry,commit --since 30d',
    `prsist search '"exact phrase" -draft agent:codex'`,
  ]);
};

async function search(cli: Cli, words: readonly string[], options: SearchOptions): Promise<void> {
  const query = await wordsOrStdin(
    cli,
    words.map((word) => word.trim()),
    'query',
  );
  const time = (text: string | undefined, name: string) => text && momentBefore(text, cli.now(), name);
  const reply = await cli.client.call('search.query', {
    query,
    kinds: options.kind?.map((kind) => oneOf(findableKinds, kind, '--kind')),
    session_id: options.session && (await wholeSession(cli, options.session)),
    agent: options.agent,
    path: options.path,
    since: time(options.since, '--since'),
    until: time(options.until, '--until'),
    limit: options.limit,
  });
  cli.answer(reply, ({ results, meaning }) => {
    for (const found of results) show(cli, found);
    if (results.length === 0) cli.print.note('nothing found');
    const about = aboutMeaning(meaning);
    if (about !== undefined) cli.print.note(about);
  });
}

/** Why an embedder that is set did not help, or not with everything; undefined when there is nothing to say. */
function aboutMeaning({ state, percent }: Reply<Operations['search.query']>['meaning']): string | undefined {
  if (state === 'off') return undefined;
  if (state === 'used') return percent < 100 ? `${percent} % of the texts have a vector so far` : undefined;
  const why = {
    building: 'there are no vectors yet',
    late: 'the embedder did not answer in time',
    away: 'the embedder does not answer',
    refused: 'the embedder did not take the question',
    unusable: 'the embedder cannot be used as it is set: prsist doctor',
  }[state];
  return `found by words alone: ${why}`;
}

/** One line of where and when, then the words themselves. */
function show(cli: Cli, found: Found): void {
  const { print } = cli;
  // a document's title says where in it; its name stands among the details, as its path
  const called = found.kind === 'document' ? found.title : found.key;
  const name = oneLine(called ?? found.title ?? shortId(found.id));
  const where = [found.path, found.agent ?? found.author, found.session_id && `session ${shortId(found.session_id)}`];
  const details = [
    relativeTime(found.at, cli.now()),
    ...where.filter((part) => part).map((part) => oneLine(String(part))),
  ];
  const label = found.quarantined ? print.paint('yellow', '  [not trusted]') : '';
  print.line(
    `${print.paint('cyan', found.kind)}  ${print.paint('bold', name)}  ${print.paint('dim', details.join(', '))}${label}`,
  );
  print.line(`    ${oneLine(found.snippet) === name ? '' : highlighted(cli, found)}`.trimEnd());
}

/** The snippet in pieces, each cleaned by itself: cleaning the whole would move the offsets. */
function highlighted(cli: Cli, { snippet, highlights }: Found): string {
  let at = 0;
  let text = '';
  for (const [from, to] of highlights) {
    if (from < at || to > snippet.length) continue;
    text += folded(snippet.slice(at, from)) + cli.print.paint('bold', folded(snippet.slice(from, to)));
    at = to;
  }
  return (text + folded(snippet.slice(at))).trim();
}

function folded(text: string): string {
  return cleaned(text).replace(/\s+/g, ' ');
}
