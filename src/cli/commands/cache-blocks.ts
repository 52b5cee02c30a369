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
import { registerExplain } from './cache-explain.ts';

const kinds = ['system', 'template', 'documentation', 'dynamic'] as const;

export const registerBlocks: Register = (parent, bind) => {
  const shows = parent
    .command('stats')
    .description('What is kept of this project, and how much of new sessions was known already.')
    .option('--prefixes', 'also what several sessions begin with')
    .option('--provider <name>', 'shared beginnings from the minimum of this provider on')
    .option('--model <model>', 'or of this model; else of the one that was used last')
    .option(
      '--least <tokens>',
      'shared beginnings of at least so many tokens, whatever is cached',
      count('--least', 1e7),
    )
    .action(bind(stats));
  withExamples(shows, [
    'prsist cache stats',
    'prsist cache stats --prefixes --model claude-haiku-4.5',
    'prsist cache stats --prefixes --least 200',
  ]);
  registerExplain(parent, bind);
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
    .description(
      'Trim the caches of all projects together to a size; in each, what optimization.kv_cache.cache_strategy says goes first.',
    )
    .requiredOption('--target-mb <n>', 'so many megabytes may stay', count('--target-mb', 65_536, 0))
    .action(bind(evict));
  withExamples(evicts, ['prsist cache evict --target-mb 100']);
};

type Stats = Reply<Operations['cache.stats']>;

interface StatsOptions {
  readonly prefixes?: boolean;
  readonly provider?: string;
  readonly model?: string;
  readonly least?: number;
}

async function stats(cli: Cli, { prefixes: asked, provider, model, least }: StatsOptions): Promise<void> {
  // whoever says from where on wants to see them
  const prefixes = asked ?? [provider, model, least].some((given) => given !== undefined);
  const reply = await cli.client.call('cache.stats', { prefixes, provider, model, least_tokens: least });
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
      ['loaded ahead', ahead(reply.preload)],
      ['evicts', evicting(reply)],
      ...tensorRows(reply.tensors),
      ...(reply.skipped > 0 ? [['not kept', `${plural(reply.skipped, 'chain')}: there was no room`]] : []),
    ]);
    if (prefixes) showPrefixes(cli, reply);
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

function evicting({ policy, strategy, evicted }: Stats): string {
  const { blocks, bytes, retired_blocks } = evicted;
  const went = blocks > 0 ? `: ${plural(blocks, 'block')}, ${size(bytes)} since the daemon started` : '';
  const first = retired_blocks > 0 ? `; ${plural(retired_blocks, 'block')} of what has ended or was left go first` : '';
  const instead = policy === strategy ? '' : ` (not ${strategy}: this project has too many blocks for it)`;
  return `${policy}${instead}${went}${first}`;
}

function hits({ hit_rate, lookups, hit_tokens }: Stats['last_7_days']): string {
  if (hit_rate === null) return 'nothing asked';
  return `${Math.round(100 * hit_rate)} % (${hit_tokens} tokens, ${plural(lookups, 'beginning')})`;
}

/** Of all projects. */
function ahead({ right, trials, active, saved_ms }: Stats['preload']): string {
  if (trials === 0) return 'nothing yet';
  const state = active ? `${Math.round(saved_ms)} ms saved` : 'off, since it mostly was not';
  return `right ${right} of ${trials} times, ${state}`;
}

function showPrefixes(cli: Cli, { prefixes, least }: Stats): void {
  const { tokens, provider, model } = least;
  const whose = provider === null ? '' : `, the minimum of ${model === null ? provider : `${model} (${provider})`}`;
  cli.print.line('');
  if (prefixes.length === 0) {
    const smaller = tokens > 200 ? '; a smaller one may be: --least 200' : '';
    cli.print.line(`no beginning of at least ${tokens} tokens is shared${whose}${smaller}`);
    return;
  }
  cli.print.line(`shared beginnings of at least ${tokens} tokens${whose}:`);
  cli.print.table([
    ['shared by', 'tokens', 'segments', 'goes on in', 'prefix'],
    ...prefixes.map(({ h, sessions, tokens, segments, branches }) => [
      ...[plural(sessions, 'session'), `${tokens}`, `${segments}`, plural(branches, 'way'), h.slice(0, 12)],
    ]),
  ]);
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
