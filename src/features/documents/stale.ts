import type { Read } from '../../store/record-type.ts';
import { documentsWithPath } from './queries.ts';

const most = 10_000;

/** Documents whose file is gone, latest change first. exists: looks for a file by the path that was kept. */
export function documentsWithoutFile(read: Read, exists: (path: string) => boolean) {
  return read
    .all(documentsWithPath, { limit: most })
    .filter(({ path }) => !exists(path))
    .map(({ uri, path, title }) => ({ kind: 'document' as const, name: uri, as: `${path} is gone`, text: title }));
}
