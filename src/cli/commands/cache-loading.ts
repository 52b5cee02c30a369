import type { Command } from 'commander';
import { PrsistError } from '../../core/errors.ts';
import type { Reply } from '../../core/operation.ts';
import type { Operations } from '../../features/operations.ts';
import type { Bind, Cli } from '../cli.ts';
import { withExamples } from '../examples.ts';
import { count, list } from '../input.ts';
import { withEngine } from '../local-engine.ts';
import { plural } from '../print.ts';
import { wholeSession } from '../session-id.ts';
import { cleaned, oneLine } from '../text.ts';
import { type LocalOptions, localLine, warmLocal } from './cache-local.ts';

type Loaded = Reply<Operations['cache.load']>;
type Warmed = Reply<Operations['cache.warm']>;

interface LoadOptions {
  readonly template?: string;
  readonly session?: string;
  readonly agent?: string;
  readonly doc?: readonly string[];
  readonly budget?: number;
  readonly turns?: number;
  readonly map?: boolean;
  readonly explain?: boolean;
}

interface WarmOptions extends LocalOptions {
  readonly plan?: boolean;
  readonly provider?: string;
  readonly local?: boolean;
}

/** Adds `cache load` and `cache warm`. */
export function registerLoading(parent: Command, bind: Bind): void {
  const loads = parent
    .command('load')
    .description('Put the context of this project together and print it: rules, documents, memory, and what is open.')
    .option('--template <name>', 'what it is for: prsist cache templates lists them (resume)')
    .option('--session <id>', 'the session to go on with (the newest of this work tree)')
    .option('--agent <agent>', 'whose handoff is looked for (claude-code)')
    .option('--doc <name>', 'a stored document or a file of the project; repeat it, or separate with commas', list, [])
    .option('--budget <tokens>', 'at most so many tokens (32000)', count('--budget', 2_000_000, 500))
    .option('--turns <n>', 'at most so many of the last messages (6)', count('--turns', 6, 0))
    .option('--map', 'with a map: the directories of the project, as its last commit has them')
    .option('--explain', 'what went in, what was left out and what each kind took, instead of the text')
    .action(bind(load));
  withExamples(loads, [
    'prsist cache load --template review --budget 8000',
    'prsist cache load --doc docs/design.md --explain',
    "prsist cache load --json | jq -r '.segments[].slot'",
  ]);
  addWarm(parent, bind);
}

function addWarm(parent: Command, bind: Bind): void {
  const warms = withEngine(
    parent
      .command('warm')
      .description(
        'Read, render and count what the context of this project is made of, before it is asked for. With --local an engine of this machine holds its beginning afterwards, read from a kept state or computed: a prompt that begins with the texts of "prsist cache load --json", one after the other, goes on from there.',
      )
      .option('--plan', 'only look at the files and render what changed')
      .option('--provider <model>', 'what a model would ask for taking the beginning in; nothing is sent')
      .option('--local', 'have a local engine hold the beginning; the options below are for that')
      .option('--template <name>', 'of the context that will be loaded (resume)')
      .option('--budget <tokens>', 'its budget (32000)', count('--budget', 2_000_000, 500))
      .option('--doc <name>', 'a document of it; repeat it, or separate with commas', list, [])
      .option('--map', 'with the map of the project in it')
      .action(bind(warm)),
  );
  withExamples(warms, [
    'prsist cache warm',
    'prsist cache warm --plan',
    'prsist cache warm --provider claude-opus-5.5',
    'prsist cache warm --local --slot 1',
  ]);
}

async function load(cli: Cli, options: LoadOptions): Promise<void> {
  const reply = await cli.client.call('cache.load', {
    template: options.template,
    session_id: options.session === undefined ? undefined : await wholeSession(cli, options.session),
    agent: options.agent ?? cli.agent,
    documents: options.doc === undefined || options.doc.length === 0 ? undefined : [...options.doc],
    budget_tokens: options.budget,
    turns: options.turns,
    map: options.map,
  });
  cli.answer(reply, () => {
    if (options.explain) return explain(cli, reply);
    cli.print.line(cleaned(reply.segments.map(({ text }) => text).join('\n')).trimEnd());
    for (const { slot, why } of reply.left_out) cli.print.note(`left out: ${oneLine(slot)}: ${oneLine(why)}`);
    cli.print.note(`${reply.tokens} of ${reply.budget_tokens} tokens, ${hitOf(reply)}`);
  });
}

/** What a provider that was sent the last one may still have. */
function hitOf({ hit }: Loaded): string {
  return `the first ${hit.tokens} as they were loaded before`;
}

function explain(cli: Cli, reply: Loaded): void {
  cli.print.table([
    ['tokens', 'kind', 'segment', ''],
    ...reply.segments.map((each) => [
      `${each.tokens}${each.counted ? '' : ' ≈'}`,
      each.kind,
      oneLine(each.slot),
      each.rendered ? 'read now' : '',
    ]),
    ...reply.left_out.map(({ tokens, kind, slot, why }) => [
      `${tokens}`,
      kind,
      oneLine(slot),
      `left out: ${oneLine(why)}`,
    ]),
  ]);
  cli.print.line('');
  cli.print.table([
    ['kind', 'used', 'wanted', 'sure of'],
    ...Object.entries(reply.budget).map(([kind, { used, wanted, floor }]) => [
      kind,
      `${used}`,
      `${wanted}`,
      `${floor}`,
    ]),
  ]);
  const { files, tokens, budget_tokens, took_ms } = reply;
  cli.print.note(`${tokens} of ${budget_tokens} tokens; ≈ is an estimate, counted by the next time`);
  cli.print.note(`${plural(files.looked_at, 'file')}, ${files.changed.length} read now, ${took_ms} ms`);
}

async function warm(cli: Cli, { plan, provider, local, ...engine }: WarmOptions): Promise<number> {
  requireLocalOptions(engine, { local, plan });
  const reply = await cli.client.call('cache.warm', { what: plan ? 'files' : 'all', model: provider });
  if (provider !== undefined && reply.provider === null) {
    throw new PrsistError('input/invalid', `no price of ${provider} is known`, {
      hint: 'give a model of the price list, as claude-opus-5.5',
    });
  }
  const held = local ? await warmLocal(cli, engine) : undefined;
  cli.answer(held ? { ...reply, local: held } : reply, () => {
    cli.print.line(`${plural(reply.files, 'file')}, ${reply.changed.length} read now, in ${reply.took_ms} ms`);
    cli.print.line(
      `${plural(reply.segments, 'segment')}, ${plural(reply.tokens, 'token')}, ${plural(reply.counted, 'segment')} counted`,
    );
    cli.print.line(preloadLine(reply.preload));
    if (reply.provider) cli.print.line(priceLine(reply.provider));
    if (held) cli.print.line(localLine(held));
  });
  return held?.kind === 'missed' ? 1 : 0;
}

/** An option that would do nothing is a mistake of whoever gave it. */
function requireLocalOptions(
  engine: Omit<WarmOptions, 'plan' | 'provider' | 'local'>,
  { local = false, plan = false }: { readonly local: boolean | undefined; readonly plan: boolean | undefined },
): void {
  if (local && plan) {
    throw new PrsistError('input/invalid', '--plan only looks at files, --local computes', { field: '--plan' });
  }
  const given = Object.entries(engine).find(
    ([name, value]) => ofEngines.has(name) && !(Array.isArray(value) && value.length === 0),
  );
  if (local || !given) return;
  const field = `--${given[0].replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
  throw new PrsistError('input/invalid', `${field} is for a local engine`, { field, hint: 'add --local' });
}

const ofEngines = new Set([
  ...['server', 'slot', 'keyVariable', 'kvType', 'rope', 'swa', 'model', 'context', 'within'],
  ...['template', 'budget', 'doc', 'map'],
]);

function preloadLine({ active, trials, right, precision, saved_ms }: Warmed['preload']): string {
  if (precision === null) return 'loading ahead: nothing to tell yet';
  const share = `${right} of ${trials} predictions came true, of the last 20 ${Math.round(precision * 100)} %`;
  return `loading ahead: ${active ? 'on' : 'off, since fewer than half do'}; ${share}; ${Math.round(saved_ms)} ms saved`;
}

function priceLine({ model, tokens, usd_5m, usd_1h, as_of }: NonNullable<Warmed['provider']>): string {
  const usd = (amount: number) => `$${amount.toFixed(4)}`;
  return `${oneLine(model)}: ${tokens} tokens that stay would cost ${usd(usd_5m)} for 5 minutes, ${usd(usd_1h)} for an hour (prices of ${as_of}); nothing was sent`;
}
