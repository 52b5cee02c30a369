// How git holds an object: a commit without parents whose tree has one file. The same bytes are the same commit.
import type { LocalObject } from '../remote.ts';

const file = 'o';
/** Whoever wrote it, whenever: were it told, equal bytes would be different commits. */
const nobody = 'prsist <prsist@localhost> 946684800 +0000';

/** The ref under which the n-th object stands in our own repository for the moment. */
export const ownRef = (at: number) => `refs/o/${at}`;

/** What `git fast-import` is told so that it makes one commit for each object. https://git-scm.com/docs/git-fast-import */
export function* importStream(objects: readonly LocalObject[]): Iterable<Uint8Array> {
  for (const [at, { bytes }] of objects.entries()) {
    yield Buffer.from(`blob\nmark :1\ndata ${bytes.length}\n`);
    yield bytes;
    yield Buffer.from(`\ncommit ${ownRef(at)}\nauthor ${nobody}\ncommitter ${nobody}\ndata 0\nM 100644 :1 ${file}\n\n`);
  }
  yield Buffer.from('done\n');
}

/** What `git cat-file --batch` is asked for so that it gives the files of our refs. */
export function batchQuestions(count: number): Uint8Array {
  return Buffer.from(Array.from({ length: count }, (_, at) => `${ownRef(at)}:${file}\n`).join(''));
}

/** The n-th answer; undefined when there is no such file. */
export type Given = (at: number, bytes: Uint8Array | 'large' | undefined) => Promise<void>;

/**
 * Reads what `git cat-file --batch` says, piece by piece: for each question a line `<id> blob <bytes>`, the bytes and a
 * line end, or a line that ends with another word. One answer at a time is held, none longer than `most`.
 */
export function batchReader(most: number, given: Given): (piece: Uint8Array) => Promise<void> {
  let at = 0;
  let line = '';
  let body: { readonly isBlob: boolean; readonly size: number; got: number; readonly pieces: Uint8Array[] } | undefined;
  const keeps = (size: number) => size <= most;
  const end = async () => {
    if (body === undefined) return;
    const { isBlob, size, pieces } = body;
    body = undefined;
    const bytes = keeps(size) ? Buffer.concat(pieces).subarray(0, size) : 'large';
    await given(at, isBlob ? bytes : undefined);
    at += 1;
  };
  return async (piece) => {
    for (let from = 0; from < piece.length; ) {
      if (body) {
        const part = piece.subarray(from, from + body.size + 1 - body.got);
        if (keeps(body.size)) body.pieces.push(part);
        body.got += part.length;
        from += part.length;
        if (body.got === body.size + 1) await end();
        continue;
      }
      const stop = piece.indexOf(10, from);
      line += Buffer.from(piece.subarray(from, stop < 0 ? piece.length : stop)).toString('latin1');
      from = stop < 0 ? piece.length : stop + 1;
      if (stop < 0) break;
      const head = /^[0-9a-f]+ (\w+) (\d+)$/.exec(line);
      line = '';
      if (head) body = { isBlob: head[1] === 'blob', size: Number(head[2]), got: 0, pieces: [] };
      else {
        await given(at, undefined);
        at += 1;
      }
    }
  };
}
