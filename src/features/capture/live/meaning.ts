// What an event of an agent means, in the words of all agents.
import type { Captured, CapturedMessage, JsonValue } from '../../../core/captured.ts';
import type { Adapter } from '../adapters/adapter.ts';
import { callName, type SaidLetter, saidCall, saidKey, saidName } from '../adapters/said-key.ts';
import { cutOwnBlocks } from '../adapters/text-content.ts';
import { errorLine } from '../adapters/tool-failure.ts';
import type { LiveEvent } from './live-event.ts';

export interface Meaning {
  /** The conversation begins or goes on, or is over. */
  readonly life?: 'start' | 'end';
  readonly reason?: string;
  /** What the human wants: a transcript that can be read has to show it within a minute. */
  readonly isPrompt?: boolean;
  /** Its context was compressed, and it does not start anew: it is told again what it needs. */
  readonly isCompressed?: boolean;
  /** The agent's last words of a turn, which its transcript may not hold yet. */
  readonly lastWords?: string;
  /** What a transcript tells too: kept where none does. */
  readonly items?: readonly Captured[];
  /** What no transcript of this agent tells. */
  readonly always?: readonly Captured[];
}

/** What an event means. Never throws, whatever the body holds. */
export type Reading = (event: LiveEvent) => Meaning;

/** The event says only that something happened: its transcript is looked at. */
export const nudge: Reading = () => ({});

export const start: Reading = () => ({ life: 'start' });

/** The end of a conversation, with the agent's word for why. */
export function end(member: string): Reading {
  return ({ body }) => {
    const reason = body[member];
    return { life: 'end', ...(typeof reason === 'string' && reason !== '' ? { reason } : {}) };
  };
}

type Words = Pick<CapturedMessage, 'role' | 'as' | 'text'> & { readonly letter: SaidLetter };

/** A message by its words. own: the key by which the agent's transcript names it too, where it does. */
export function message(event: LiveEvent, words: Words, own?: readonly string[]): CapturedMessage[] {
  const { session, at } = event;
  const text = cutOwnBlocks(words.text).trim();
  if (session === undefined || text === '') return [];
  const { letter, role, as } = words;
  const name = saidName(letter, text);
  const key = own ?? [session, 'hook', name, String(event.times(`hook-${name}`))];
  return [{ kind: 'message', session, at, key, role, as, text, told: 'hook' }];
}

/** A message by its words and how often they were said: the name it has in a transcript without ids. */
export function saidMessage(event: LiveEvent, words: Words): CapturedMessage[] {
  const text = cutOwnBlocks(words.text).trim();
  const name = saidName(words.letter, text);
  return message(event, words, saidKey(event.session ?? '', name, text === '' ? 1 : event.times(name)));
}

export const prompt = (text: string): Words => ({ letter: 'p', role: 'user', as: 'prompt', text });
export const reply = (text: string): Words => ({ letter: 't', role: 'assistant', as: 'text', text });

export interface Call {
  readonly tool: string;
  readonly input: JsonValue | undefined;
  readonly command?: string | undefined;
  readonly files?: readonly string[];
  readonly output?: string | undefined;
  readonly isError: boolean;
  readonly exitCode?: number | undefined;
  readonly durationMs?: number | undefined;
}

/** The id of a call: the agent's own, else by what it says and how often that was said. */
export function callIdOf(event: LiveEvent, { tool, input }: Pick<Call, 'tool' | 'input'>, own?: string): string {
  if (own !== undefined) return own;
  const name = callName(tool, input);
  return saidCall(event.session ?? '', name, event.times(name));
}

/** A call and its result. */
export function calledTool({ session, at }: LiveEvent, callId: string, call: Call): [Captured, Captured] | [] {
  if (session === undefined) return [];
  const { tool, input, command, files = [], output, isError, exitCode, durationMs } = call;
  return [
    {
      ...{ kind: 'tool-call', session, at, callId, tool },
      ...(input === undefined ? {} : { input }),
      ...(command === undefined ? {} : { command }),
      ...(files.length === 0 ? {} : { files }),
    },
    {
      ...{ kind: 'tool-result', session, at, callId, isError },
      ...(output === undefined ? {} : { output }),
      ...(exitCode === undefined ? {} : { exitCode }),
      ...(isError ? { errorLine: errorLine(output ?? '') } : {}),
      ...(durationMs === undefined || !(durationMs > 0) ? {} : { durationMs: Math.round(durationMs) }),
    },
  ];
}

/** What an agent's adapter makes of lines that its transcript would hold, said by a hook. */
export function asTranscript<S extends JsonValue>(
  adapter: Adapter<S>,
  begun: S,
  { at, session = '' }: LiveEvent,
  values: readonly { readonly [name: string]: JsonValue }[],
): Captured[] {
  let state = begun;
  const items: Captured[] = [];
  for (const [line, value] of values.entries()) {
    const timestamp = new Date(at).toISOString();
    const reading = adapter.read(state, { value: { timestamp, ...value }, offset: line, line });
    state = reading.state;
    items.push(...reading.items.filter((item) => item.session === session && item.kind !== 'session'));
  }
  return items.map((item) => (item.kind === 'message' || item.kind === 'edit' ? { ...item, told: 'hook' } : item));
}
