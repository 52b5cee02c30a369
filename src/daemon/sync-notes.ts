// What a run of synchronisation found, as people read it.
import type { SyncNote } from '../features/sync/engine.ts';

/** One sentence for each finding, with what to do where there is something to do. */
export function notesOf(notes: readonly SyncNote[]): string[] {
  return [...new Set(notes.map(told))];
}

function told(note: SyncNote): string {
  switch (note.is) {
    case 'hole':
      return `record ${note.seq} of log ${short(note.log)} is nowhere on this remote; its device puts it again with its next sync`;
    case 'rolled back':
      return `the remote shows less than before (${note.what}: ${note.now}, it was ${note.was}); nothing here was undone. On purpose: prsist remote test --accept-rollback`;
    case 'refused':
      return `a pack was refused (${note.check}: ${note.why})${note.givenUp ? '; it is not asked for again' : ''}`;
    case 'newer':
      return `a pack is of a later version of prsist (${note.why}): upgrade this device`;
    case 'no key':
      return `a pack is sealed with a key this device was not given (${note.why}): prsist device list`;
    case 'fork':
      return `log ${short(note.log)} went on in two ways at record ${note.seq}: a copy of its device was writing. Both are kept`;
    case 'restored':
      return `the remote has more of log ${short(note.log)} than this device: a backup was put back. What was missing is taken in`;
    case 'other history':
      return `device ${short(note.dev)} says its log is another one than lies there: ask on that device, prsist doctor`;
    case 'clock':
      return `the clock of device ${short(note.dev)} is far ahead; what it wrote is kept`;
    case 'poison':
      return `${note.records} records of log ${short(note.log)} are kept without being shown: a later version may read them`;
  }
}

function short(id: string): string {
  return id.slice(-12);
}
