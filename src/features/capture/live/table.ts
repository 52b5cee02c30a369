import { claudeCodeEvents } from './claude-code.ts';
import { codexEvents } from './codex.ts';
import { copilotEvents } from './copilot-cli.ts';
import { cursorEvents } from './cursor.ts';
import { geminiEvents } from './gemini-cli.ts';
import type { LiveEvent } from './live-event.ts';
import { type Meaning, nudge, type Reading } from './meaning.ts';
import { opencodeEvents } from './opencode.ts';

/** What each event of each agent means. */
const events: Readonly<Record<string, Readonly<Record<string, Reading>>>> = {
  'claude-code': claudeCodeEvents,
  codex: codexEvents,
  'gemini-cli': geminiEvents,
  cursor: cursorEvents,
  opencode: opencodeEvents,
  'copilot-cli': copilotEvents,
};

/** An event that tests whether a hook works. */
const selfTest = 'Doctor';

function readingOf({ agent, event }: Pick<LiveEvent, 'agent' | 'event'>): Reading | undefined {
  if (event === selfTest) return nudge;
  const known = Object.hasOwn(events, agent) ? events[agent] : undefined;
  return known && Object.hasOwn(known, event) ? known[event] : undefined;
}

/** True for an event that is understood. */
export function isKnownEvent(event: Pick<LiveEvent, 'agent' | 'event'>): boolean {
  return readingOf(event) !== undefined;
}

/** What an event means; one that is not known, that something happened. */
export function meaningOf(event: LiveEvent): Meaning {
  return (readingOf(event) ?? nudge)(event);
}
