import { PrsistError } from '../../core/errors.ts';
import { sha256Hex } from '../../core/ids.ts';

/** Where a list goes on: the same question, asked of the rows there were when it was first asked. */
export interface Page {
  /** Place in the ranked list from which the page is filled. */
  readonly offset: number;
  /** Milliseconds: what 7d and the like count from. */
  readonly now: number;
  /** Last row of the project's and of the user's database that belongs to the list. */
  readonly lastItems: readonly [project: number, user: number];
}

const form = /^([0-9a-f]{12})\.([0-9a-z]{1,5})\.([0-9a-z]{1,11})\.([0-9a-z]{1,11})\.([0-9a-z]{1,11})$/;

/** The text of a page for the question asked. asked: anything that JSON can hold; another question, another hash. */
export function cursorText(asked: unknown, { offset, now, lastItems }: Page): string {
  return [hashOf(asked), ...[offset, now, ...lastItems].map((value) => value.toString(36))].join('.');
}

/** Reads a cursor back. Throws input/invalid for one of another question. */
export function readCursor(asked: unknown, cursor: string): Page {
  const [, hash, ...values] = form.exec(cursor) ?? [];
  if (hash !== hashOf(asked)) {
    throw new PrsistError('input/invalid', 'the cursor belongs to another query', {
      ...{ field: 'cursor', hint: 'send next_cursor of the same query and filters, or leave it out' },
    });
  }
  const [offset = 0, now = 0, project = 0, user = 0] = values.map((value) => Number.parseInt(value, 36));
  return { offset, now, lastItems: [project, user] };
}

function hashOf(asked: unknown): string {
  return sha256Hex(JSON.stringify(asked)).slice(0, 12);
}
