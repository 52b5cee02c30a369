import { PrsistError } from '../../core/errors.ts';
import type { Parsed, Reply } from '../../core/operation.ts';
import { formatSpoolEvent } from '../../core/spool-event.ts';
import type { Context } from '../feature.ts';
import type { contract } from './contract.ts';

type Event = (typeof contract)['capture.event'];

export interface EventNeeds {
  /** Lays an event into the spool under its own name, once. */
  readonly lay: (id: string, bytes: Uint8Array) => void;
  /** Takes in what lies in the spool. */
  readonly drain: () => Promise<void>;
}

/** One hook event over the socket: it goes the way of every other, through the spool. */
export function takeEvent(needs: EventNeeds) {
  return async (context: Context, input: Parsed<Event>): Promise<Reply<Event>> => {
    // what hooks tell counts as a person's own words, so nobody inside an agent may play one
    if (context.caller.agent !== undefined) {
      throw new PrsistError('auth/refused', 'an agent is heard through its hooks, not through this');
    }
    const pwd = context.caller.directory;
    const { agent, event, event_id } = input;
    const header = { id: event_id, agent, event, args: [], ...(pwd === undefined ? {} : { pwd }) };
    needs.lay(event_id, formatSpoolEvent(header, Buffer.from(JSON.stringify(input.payload))));
    await needs.drain();
    return { accepted: true, event_id };
  };
}
