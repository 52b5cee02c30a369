import { render } from 'ink';
import { type Cli, createCli } from '../cli/cli.ts';
import { followEvents } from '../client/events.ts';
import { staySmall } from '../platform/memory.ts';
import { repeating } from '../platform/time.ts';
import { App } from './app.tsx';
import type { Follow } from './feed.ts';
import { failureOf, Link } from './link.ts';
import { Redraw } from './redraw.ts';
import { screens } from './screens.ts';
import { Shell } from './shell.ts';

/** Between two drawings of what changes by itself: seen within 300 ms, at 5 % of a core when something always does. */
const drawnMs = 280;
const tickMs = 1_000;

interface Showing {
  readonly speaks: boolean;
}

/** Shows the dashboard on the terminal until somebody leaves it. */
export async function showDashboard(command: Cli, { speaks }: Showing): Promise<void> {
  staySmall();
  // of this bundle: errors of the command's own client would be of a class that is not known here
  const cli = createCli(command, command.print, command.options);
  const redraw = new Redraw(speaks ? 1_000 : drawnMs);
  const leaving = new AbortController();
  const link = new Link(() => redraw.soon());
  const name = cli.place.split('/').at(-1) ?? '';
  const shell = new Shell({
    ...{ project: name, link, now: cli.now, failureOf },
    onChange: () => redraw.soon(),
    quit: () => instance.unmount(),
  });
  // the first question may start the daemon; one that was stopped while we look is not ours to start again
  const first = cli.callAs({ notice: () => undefined });
  const patient = cli.callAs({ notice: () => undefined, whenAbsent: 'fail' });
  shell.fill(screens({ cli, client: patient, link, stage: shell }));
  const instance = render(
    <App
      shell={shell}
      subscribe={redraw.subscribe}
      version={redraw.version}
      draw={redraw.now}
      now={cli.now}
      colours={cli.env['NO_COLOR'] || cli.options.color === false ? 'none' : 'some'}
      speaks={speaks}
    />,
    {
      ...{ alternateScreen: !speaks, incrementalRendering: !speaks, isScreenReaderEnabled: speaks },
      ...{ interactive: true, patchConsole: false, maxFps: 30 },
    },
  );
  const done = instance.waitUntilExit();
  const stop = repeating(tickMs, () => shell.look());
  await link.heard(first.call('system.health', {})).catch((error: unknown) => shell.notice(failureOf(error), 'bad'));
  shell.look();
  const follow: Follow = ({ signal, onEvent, onGap: onMissed }) =>
    followEvents({
      ...{ env: cli.env, project: cli.place, signal, onEvent, onGap: onMissed },
      // a screen that looks finds out by itself whether it is away
      onState: (state) => state === 'away' && onMissed(),
    });
  const onGap = () => shell.happened(undefined);
  follow({ signal: leaving.signal, onEvent: shell.happened, onGap }).catch((error: unknown) =>
    shell.notice(failureOf(error), 'bad'),
  );
  await done;
  leaving.abort();
  stop();
}
