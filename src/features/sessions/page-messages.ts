import type { Read } from '../../store/record-type.ts';
import type { Caller } from '../feature.ts';
import { messagePage } from './queries.ts';
import { cursorText, wireMessage } from './wire.ts';

export interface AskedMessages {
  readonly session_id: string;
  readonly role?: string | undefined;
  readonly kind?: string | undefined;
  /** 1: messages on rewound branches as well. */
  readonly dead: 0 | 1;
  /** 0 for a person, 1 for an agent: what is quarantined is for people. */
  readonly least_trust: 0 | 1;
  /** The last message of the page before. */
  readonly at: number;
  readonly id: string;
  /** Only what was written after this record. */
  readonly after_rec: number;
  readonly limit: number;
}

/** The trust below which a caller is told nothing. */
export function leastTrust({ agent }: Caller): 0 | 1 {
  return agent === undefined ? 0 : 1;
}

/** A page of the messages of a session by time, and the cursor with which session.messages goes on. */
export function messagesFrom(read: Read, asked: AskedMessages) {
  const { limit, after_rec } = asked;
  const rows = read.all(messagePage, { role: null, kind: null, ...asked, limit: limit + 1 });
  const page = rows.slice(0, limit);
  const last = page.at(-1);
  return {
    items: page.map((row) => wireMessage(read, row)),
    next_cursor: rows.length > limit && last ? cursorText({ at: last.at, id: last.id, after_rec }) : null,
  };
}
