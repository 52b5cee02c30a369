// Packs on this disk, and the marks of own logs: both outlive a crash, and neither is inside a database.
import fs from 'node:fs';
import { join } from 'node:path';
import { PrsistError } from '../core/errors.ts';
import { isMissing, ownDirectory, readText, removeFile, writeAtomic } from './files.ts';

const keyForm = /^[0-9a-f]{32}\.pack$/;

/** Bytes by key in a directory of ours (0700, files 0600), each written whole and flushed. Made when written to. */
export function packFiles(directory: string): {
  readonly read: (key: string) => Uint8Array | undefined;
  readonly write: (key: string, bytes: Uint8Array) => void;
  readonly remove: (key: string) => void;
} {
  const place = (key: string) => {
    if (!keyForm.test(key)) throw new PrsistError('internal', `${key} is no key of a pack`);
    return join(directory, key);
  };
  return {
    read(key) {
      try {
        return fs.readFileSync(place(key));
      } catch (error) {
        if (isMissing(error)) return undefined;
        throw error;
      }
    },
    write(key, bytes) {
      ownDirectory(directory); // each time: somebody may have removed it meanwhile
      writeAtomic(place(key), bytes);
    },
    remove: (key) => removeFile(place(key)),
  };
}

/**
 * How far each own log may have left this machine, in one file. It lies apart from the databases, so that one that comes
 * back from a copy finds it. An unreadable file counts as none.
 */
export function logMarks(file: string): {
  readonly get: (log: string) => number;
  readonly raise: (marks: Readonly<Record<string, number>>) => void;
} {
  const marks = readMarks(file);
  return {
    get: (log) => marks.get(log) ?? 0,
    raise(some) {
      const higher = Object.entries(some).filter(([log, seq]) => seq > (marks.get(log) ?? 0));
      if (higher.length === 0) return;
      for (const [log, seq] of higher) marks.set(log, seq);
      writeAtomic(file, `${JSON.stringify(Object.fromEntries(marks))}\n`);
    },
  };
}

function readMarks(file: string): Map<string, number> {
  try {
    const value: unknown = JSON.parse(readText(file) ?? '{}');
    const entries = Object.entries(value ?? {}).filter((entry): entry is [string, number] =>
      Number.isSafeInteger(entry[1]),
    );
    return new Map(entries);
  } catch (error) {
    if (error instanceof SyntaxError) return new Map();
    throw error;
  }
}
