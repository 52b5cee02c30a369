import { PrsistError } from '../core/errors.ts';

/** Where a listener stands in each database: project id (or user) → number of the last record it was told of. */
export type Positions = Map<string, number>;

/** Name of the user database among the projects. */
export const userKey = 'user';

/** Where a listener stands, as it hands it back when it comes again. */
export function cursorOf(positions: Positions): string {
  return Buffer.from(JSON.stringify([...positions])).toString('base64url');
}

/** Where a listener stood. Throws input/invalid for what is no cursor of ours. */
export function readCursor(cursor: string): Positions {
  const wrong = new PrsistError('input/invalid', 'this is no cursor of ours', {
    ...{ field: 'after', hint: 'leave it out to begin with what comes' },
  });
  let parts: unknown;
  try {
    parts = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'));
  } catch {
    throw wrong;
  }
  if (!Array.isArray(parts)) throw wrong;
  return new Map(
    parts.map((part: unknown) => {
      const [key, n] = Array.isArray(part) ? part : [];
      if (typeof key !== 'string' || !Number.isInteger(n) || n < 0) throw wrong;
      return [key, Number(n)];
    }),
  );
}
