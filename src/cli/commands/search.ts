import type { Reply } from '../../core/operation.ts';
import { findableKinds, layers, scopes } from '../../core/words.ts';
import type { Operations } from '../../features/operations.ts';
import type { Cli, Register } from '../cli.ts';
import { withExamples } from '../examples.ts';
import { explainedQuestion } from '../explained.ts';
import { foundLines } from '../found.ts';
import { count, given, list, oneOf, wholeNumber, wordsOrStdin } from '../input.ts';
import { wholeSession } from '../session-id.ts';
import { shortIds } from '../short-ids.ts';
import { oneLine } from '../text.ts';
import { momentBefore } from '../when.ts';

interface SearchOptions {
  readonly kind?: readonly string[];
  readonly session?: string;
  readonly agent?: string;
  readonly author?: string;
  readonly path?: string;
  readonly branch?: string;
  readonly layer?: string;
  readonly scope?: string;
  readonly tag?: readonly string[];
  readonly since?: string;
  readonly until?: string;
  readonly projects?: readonly string[];
  readonly exact?: boolean;
  readonly explain?: boolean;
  readonly neighbours?: number;
  readonly budget?: number;
  readonly sessions?: boolean;
  readonly limit?: number;
  readonly after?: string;
}

export const register: Register = (parent, bind) => {
  const command = parent
    .command('search')
    .description(
      'Search everything remembered, best first. Words, "an exact phrase", -without, begin*; also kind: session: agent: author: path: branch: layer: scope: tag: since: until:',
    )
    .argument('[query...]', 'read from stdin when absent or "-"')
    .option('--kind <kinds>', findableKinds.join(', '), list)
    .option('--session <id>', 'only this session')
    .option('--agent <agent>', 'only what this agent said or did')
    .option('--author <name>', 'only what this person or agent wrote')
    .option('--path <path>', 'only about files below this path')
    .option('--branch <branch>', 'only sessions that were on it and commits made on it')
    .option('--layer <layer>', `only entries of it: ${layers.join(', ')}`)
    .option('--scope <scope>', `only entries of it: ${scopes.join(', ')}`)
    .option('--tag <tags>', 'only entries with all of these tags', list)
    .option('--since <when>', 'not older: 7d, 12h, 2026-01-31')
    .option('--until <when>', 'not newer')
    .option('--projects <names>', "other projects to search as well, by name or id; '*' for all", list)
    .option('--exact', 'words as they are typed: nothing repaired, no other forms of them')
    .option('--explain', 'how the query was read, and why each result stands where it does')
    .option('--neighbours <n>', 'so many messages before and after each message found', wholeNumber('--neighbours', 3))
    .option('--budget <tokens>', 'whole texts, as many as fit into so many tokens', count('--budget', 100_000, 50))
    .option('--sessions', 'also the conversations that answer best as a whole')
    .option('--limit <n>', 'at most so many results (20)', count('--limit', 200))
    .option('--after <cursor>', 'go on where the last page ended')
    .action(bind(search));
  withExamples(command, [
    'prsist search "why did we drop redis"',
    'prsist search migration --kind entry,commit --since 30d',
    `prsist search '"exact phrase" -draft agent:codex'`,
    "prsist search 'config*' --branch feature/login --neighbours 1",
    "prsist search deploy key --projects '*' --explain",
    'prsist search "what is left of the parser" --budget 2000',
  ]);
};

async function search(cli: Cli, words: readonly string[], options: SearchOptions): Promise<void> {
  const query = await wordsOrStdin(
    cli,
    words.map((word) => word.trim()),
    'query',
  );
  const reply = await cli.client.call('search.query', {
    query,
    ...(await filtersOf(cli, options)),
    projects: options.projects && [...options.projects],
    exact: options.exact,
    explain: options.explain,
    neighbours: options.neighbours,
    budget_tokens: options.budget,
    limit: options.limit,
    cursor: options.after,
  });
  cli.answer(
    reply,
    ({ results, sessions, question, did_you_mean: meant, left_out: missing, next_cursor, took_ms, meaning }) => {
      const { print } = cli;
      for (const each of meant) print.note(`did you mean: ${oneLine(each.meant)} (for ${oneLine(each.typed)})`);
      if (missing.length > 0) print.note(`not searched: ${missing.map(oneLine).join(', ')}`);
      if (question) print.line(print.paint('dim', explainedQuestion(question, meant, took_ms)));
      const short = shortIds([...results, ...sessions].flatMap(({ session_id }) => session_id ?? []));
      const shown = { cli, short, projects: options.projects !== undefined };
      for (const [place, found] of results.entries()) {
        for (const line of foundLines(found, results[place - 1], shown)) print.line(line);
      }
      if (results.length === 0) print.note('nothing found');
      if (options.sessions && sessions.length > 0) {
        print.line('conversations that answer best as a whole');
        print.table(
          sessions.map((each) => ['', short(each.session_id), each.score.toFixed(2), titleOf(each, results)]),
        );
      }
      const about = aboutMeaning(meaning);
      if (about !== undefined) print.note(about);
      if (next_cursor !== null) print.note(`there are more: --after ${next_cursor}`);
    },
  );
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

/** What narrows a search, as the request names it. */
async function filtersOf(cli: Cli, options: SearchOptions) {
  const time = (text: string | undefined, name: string) => text && momentBefore(text, cli.now(), name);
  const { kind, session, agent, author, path, branch, layer, scope, tag, since, until } = options;
  return {
    kinds: kind?.map((each) => oneOf(findableKinds, each, '--kind')),
    session_id: session === undefined ? undefined : await wholeSession(cli, given(session, '--session')),
    ...{ agent, path, author, branch, tags: tag && [...tag] },
    layer: layer === undefined ? undefined : oneOf(layers, layer, '--layer'),
    scope: scope === undefined ? undefined : oneOf(scopes, scope, '--scope'),
    since: time(since, '--since'),
    until: time(until, '--until'),
  };
}

interface OfSession {
  readonly session_id: string | null;
}

/** Of a conversation whose messages are among the results. */
function titleOf({ session_id }: OfSession, results: readonly (OfSession & { kind: string; title: string | null })[]) {
  const one = results.find((found) => found.kind === 'message' && found.session_id === session_id);
  return oneLine(one?.title ?? '');
}
