import { parseSpoolEvent } from '../../core/spool-event.ts';
import { conversationIdOf, speakerOf } from './live/live-event.ts';

/**
 * What an event must keep its order with: those of the same conversation, or of git in the same directory. undefined: with
 * everything, since the start of a conversation says to whom a handoff was printed.
 */
export function laneOf(bytes: Uint8Array): string | undefined {
  const event = parseSpoolEvent(bytes);
  if ('bad' in event || /^session\.?(?:start|created)/i.test(event.event)) return undefined;
  return `${speakerOf(event)}:${conversationIdOf(event) ?? event.pwd ?? ''}`;
}
