import { followEvents, type Gap, type LiveEvent } from '../../client/events.ts';
import { endAsked } from '../../platform/end-signals.ts';
import type { Cli, Register } from '../cli.ts';
import { withExamples } from '../examples.ts';
import { count } from '../input.ts';
import { oneLine } from '../text.ts';
import { localTime } from '../when.ts';

interface EventsOptions {
  readonly follow?: boolean;
  readonly type?: readonly string[];
  readonly after?: string;
  readonly last?: number;
  readonly allProjects?: boolean;
}

const shown = 20;

export const register: Register = (parent, bind) => {
  const command = parent
    .command('events')
    .description('What happens: sessions, messages, entries, handoffs, capture, synchronisation, cache, conflicts.')
    .option('--follow', 'and what is to come, until Ctrl-C')
    .option('--type <names...>', 'only these: session.ended, context.*')
    .option('--after <cursor>', 'go on behind an event, by its cursor (--json)')
    .option('--last <n>', `so many of the past (${shown})`, count('--last'))
    .option('--all-projects', 'of every project')
    .action(bind(events));
  withExamples(command, [
    'prsist events',
    "prsist events --follow --type 'session.*' 'handoff.*'",
    'prsist events --follow --all-projects --json',
  ]);
};

async function events(cli: Cli, options: EventsOptions): Promise<number> {
  const { follow = false, type, after } = options;
  const last = options.last ?? shown;
  const asked = endAsked();
  const called = new AbortController();
  void asked.signalled.then(() => called.abort());
  const past: LiveEvent[] = [];
  let isPast = after === undefined;
  const show = (event: LiveEvent) => (isPast ? past.push(event) : tell(cli, event));
  const flush = () => {
    // of several projects each tells its own past: the newest of all are shown
    if (isPast && past.length === 0)
      cli.print.note(`nothing like that has happened${options.allProjects ? '' : ' in this project'} yet`);
    for (const event of past.toSorted((a, b) => a.at.localeCompare(b.at)).slice(-last)) tell(cli, event);
    past.length = 0;
    isPast = false;
  };
  try {
    await followEvents({
      ...{ env: cli.env, daemon: cli.places.daemon, project: options.allProjects ? '*' : cli.place },
      ...{ types: type, after, last, until: follow ? undefined : 'now', signal: called.signal, onEvent: show },
      onGap: (gap) => cli.print.warn(gapLine(gap)),
      onState: (state) => (state === 'current' ? flush() : cli.print.note('the daemon is away, waiting for it')),
    });
    flush();
  } finally {
    asked.release();
  }
  return called.signal.aborted ? 130 : 0;
}

function tell(cli: Cli, event: LiveEvent): void {
  if (cli.options.json) cli.print.json(event);
  else cli.print.line(line(cli, event));
}

/** "09:15  session.ended       codex        3f2a91bc  remote=home": when, what, who, of what. */
function line(cli: Cli, { at, event, agent, ent, session_id, detail }: LiveEvent): string {
  const facts = Object.entries(detail ?? {}).map(([name, value]) => `${name}=${oneLine(String(value))}`);
  const who = oneLine(agent ?? '').padEnd(12);
  // a session is asked for by its own id, not by that of its record
  const named = event.startsWith('session.') ? (session_id ?? ent) : ent;
  const of = oneLine(named).slice(0, 24).padEnd(24);
  return `${localTime(at, cli.now())}  ${oneLine(event).padEnd(22)}${who}${[of, ...facts].join('  ')}`.trimEnd();
}

function gapLine({ why, missed }: Gap): string {
  if (why === 'gone') return 'what the cursor names is no more (a copy was restored): going on with what comes';
  if (why === 'away') return 'the daemon was away: all that was written is told, passing moments are not';
  return missed === null ? 'too slow: going on behind the last event' : `too slow: ${missed} passing moments left out`;
}
