// What is kept of prefixes: stats, explain, clear, evict.
import { PrsistError } from '../../core/errors.ts';
import type { Reply } from '../../core/operation.ts';
import type { Operations } from '../../features/operations.ts';
import type { Cli, Register } from '../cli.ts';
import { confirmed } from '../confirm.ts';
import { withExamples } from '../examples.ts';
import { follow } from '../follow.ts';
import { count, oneOf } from '../input.ts';
import { plural, size } from '../print.ts';
import { wholeSession } from '../session-id.ts';
import { cut, oneLine } from '../text.ts';

const kinds = ['system', 'template', 'documentation', 'dynamic'] as const;

export const registerBlocks: Register = (parent, bind) => {
  const shows = parent
    .command('stats')
    .description('What is kept of this project, and how much of new sessions was known already.')
    .option('--prefixes', 'also what several sessions begin with')
    .option('--least <tokens>', 'shared beginnings of at least so many tokens (1024)', count('--least', 1e7))
    .action(bind(stats));
  withExamples(shows, ['prsist cache stats', 'prsist cache stats --prefixes --least 200']);
  const explains = parent
    .command('explain <session>')
    .description('A session piece by piece: what other sessions begin with as well, and the first line that differs.')
    .option('--limit <n>', 'so many pieces (50)', count('--limit', 4096))
    .action(bind(explain));
  withExamples(explains, ['prsist cache explain 3f2a91bc', 'prsist cache explain 3f2a91bc --json | jq .difference']);
  const clears = parent
    .command('clear')
    .description('Empty the cache of this project. Nothing is lost: what is needed is rendered again.')
    .option('--kind <kind>', `only this kind: ${kinds.join(', ')}`)
    .option('--tensors', 'instead, the kept states of local engines, of all projects')
    .option('--yes', 'do not ask')
    .action(bind(clear));
  withExamples(clears, [
    'prsist cache clear --yes',
    'prsist cache clear --kind dynamic',
    'prsist cache clear --tensors --yes',
  ]);
  const evicts = parent
    .command('evict')
    .description('Trim the caches of all projects together to a size; what was unused longest goes first.')
    .requiredOption('--target-mb <n>', 'so many megabytes may stay', count('--target-mb', 65_536, 0))
    .action(bind(evict));
  withExamples(evicts, ['prsist cache evict --target-mb 100']);
};

type Stats = Reply<Operations['cache.stats']>;
type Explained = Reply<Operations['cache.explain']>;

interface StatsOptions {
  readonly prefixes?: boolean;
  readonly least?: number;
}

async function stats(cli: Cli, { prefixes = false, least }: StatsOptions): Promise<void> {
  const reply = await cli.client.call('cache.stats', { prefixes, least_tokens: least });
  cli.answer(reply, () => {
    if (!reply.enabled) cli.print.note('off: optimization.kv_cache.enabled');
    cli.print.table([
      [
        'kept',
        `${plural(reply.segments, 'segment')}, ${plural(reply.blocks, 'block')} of ${plural(reply.sessions, 'session')}`,
      ],
      ['size', `${size(reply.bytes)} here, ${size(reply.total_bytes)} of ${size(reply.max_bytes)} in all projects`],
      ...kinds.map((kind) => [`  ${kind}`, kindShown(reply, kind)]),
      ['known of new', `${hits(reply.last_7_days)} in 7 days, ${hits(reply.last_30_days)} in 30`],
      ['evicts', reply.policy],
      ...tensorRows(reply.tensors),
      ...(reply.skipped > 0 ? [['not kept', `${plural(reply.skipped, 'chain')}: there was no room`]] : []),
    ]);
    if (prefixes) showPrefixes(cli, reply.prefixes);
  });
}

/** Nothing where the tier is off and empty: few people have an engine of their own. */
function tensorRows({ enabled, states, bytes, max_bytes, uses, saved_ms, evicted }: Stats['tensors']) {
  if (!enabled && states === 0) return [];
  const gone = evicted > 0 ? `; ${evicted} evicted since the daemon started` : '';
  const saved = `${plural(uses, 'restore')} saved ${(saved_ms / 1000).toFixed(1)} s`;
  return [
    ['local engines', `${plural(states, 'state')}, ${size(bytes)} of ${size(max_bytes)}, ${saved}${gone}`],
    ...(enabled ? [] : [['', 'off: kv_tensors.enabled']]),
  ];
}

function kindShown({ kinds: all }: Stats, kind: (typeof kinds)[number]): string {
  const { segments, bytes, share } = all[kind] ?? { segments: 0, bytes: 0, share: 0 };
  return `${plural(segments, 'segment')}, ${size(bytes)} (${Math.round(100 * share)} %)`;
}

function hits({ hit_rate, lookups, hit_tokens }: Stats['last_7_days']): string {
  if (hit_rate === null) return 'nothing asked';
  return `${Math.round(100 * hit_rate)} % (${hit_tokens} tokens, ${plural(lookups, 'beginning')})`;
}

function showPrefixes(cli: Cli, prefixes: Stats['prefixes']): void {
  cli.print.line('');
  if (prefixes.length === 0) {
    cli.print.line('no beginning is shared; a smaller one may be: --least 200');
    return;
  }
  cli.print.table([
    ['shared by', 'tokens', 'segments', 'goes on in', 'prefix'],
    ...prefixes.map(({ h, sessions, tokens, segments, branches }) => [
      ...[plural(sessions, 'session'), `${tokens}`, `${segments}`, plural(branches, 'way'), h.slice(0, 12)],
    ]),
  ]);
}

async function explain(cli: Cli, given: string, { limit }: { readonly limit?: number }): Promise<void> {
  const session_id = await wholeSession(cli, given);
  const reply = await cli.client.call('cache.explain', { session_id, limit });
  cli.answer(reply, () => {
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

interface ClearOptions {
  readonly kind?: string;
  readonly tensors?: boolean;
  readonly yes?: boolean;
}

async function clear(cli: Cli, options: ClearOptions): Promise<number> {
  if (options.tensors) return clearTensors(cli, options);
  const kind = options.kind === undefined ? undefined : oneOf(kinds, options.kind, '--kind');
  const question = `Empty the cache of this project${kind === undefined ? '' : ` of ${kind}`}? It is rendered again when it is needed.`;
  if (!(await confirmed(cli, question, options.yes ?? false, { why: 'the cache would be cold', hint: 'say --yes' }))) {
    cli.print.note('nothing was taken away');
    return 1;
  }
  return finished(cli, await cli.client.call('cache.clear', { kind }));
}

async function clearTensors(cli: Cli, { kind, yes = false }: ClearOptions): Promise<number> {
  if (kind !== undefined) {
    throw new PrsistError('input/invalid', 'states of local engines have no kind', {
      ...{ field: '--kind', hint: 'give --tensors or --kind' },
    });
  }
  const { items, bytes } = await cli.client.call('tensor.list', {});
  const question = `Remove ${plural(items.length, 'kept state')} of local engines (${size(bytes)}), of all projects? What is needed is computed again.`;
  const unseen = { why: 'computing them again takes its time', hint: 'say --yes' };
  if (items.length > 0 && !(await confirmed(cli, question, yes, unseen))) {
    cli.print.note('nothing was taken away');
    return 1;
  }
  cli.answer(await cli.client.call('tensor.drop', { all: true }), (gone) =>
    cli.print.line(`gone: ${plural(gone.dropped, 'state')}, ${size(gone.bytes)}`),
  );
  return 0;
}

async function evict(cli: Cli, { targetMb }: { readonly targetMb: number }): Promise<number> {
  return finished(cli, await cli.client.call('cache.evict', { target_mb: targetMb }));
}

async function finished(cli: Cli, started: { readonly job_id: string }): Promise<number> {
  const job = await follow(cli, started);
  if (job === 130) return job;
  const { blocks, segments, total_bytes } = job.result ?? {};
  cli.answer(job, () =>
    cli.print.line(
      `gone: ${plural(Number(segments), 'segment')}, ${plural(Number(blocks), 'block')}; left in all projects: ${size(Number(total_bytes))}`,
    ),
  );
  return 0;
}
