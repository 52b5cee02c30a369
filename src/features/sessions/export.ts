import { isAbsolute } from 'node:path';
import { PrsistError } from '../../core/errors.ts';
import type { Parsed } from '../../core/operation.ts';
import { createNewFile } from '../../platform/new-file.ts';
import type { JobContext } from '../feature.ts';
import type { contract } from './contract.ts';
import type { SessionNeeds } from './needs.ts';
import { runsOfSession } from './queries.ts';
import { findSession } from './wire.ts';

type Export = (typeof contract)['session.export'];

/**
 * Writes the transcripts of a session as they are kept, redacted, one after another into a new file. Throws
 * session/not-found, file/unreadable when the path is taken or cannot be written; what was begun is then taken away.
 */
export function exportSession(needs: SessionNeeds) {
  return async (context: JobContext, input: Parsed<Export>): Promise<Readonly<Record<string, unknown>>> => {
    const read = context.read.project;
    const { session_id } = findSession(read, input.session_id);
    if (!isAbsolute(input.path)) {
      throw new PrsistError('input/invalid', 'path is not absolute', { field: 'path', hint: 'begin it with /' });
    }
    const file = createNewFile(input.path);
    let lines = 0;
    try {
      for (const run of read.all(runsOfSession, { session_id })) {
        for (const part of needs.transcript?.(read, run) ?? []) {
          if (context.cancelled()) throw new PrsistError('job/not-found', 'the export was cancelled');
          file.write(`${part.join('\n')}\n`);
          lines += part.length;
          context.report({ lines });
          await needs.breathe?.();
        }
      }
      if (lines === 0) {
        throw new PrsistError('file/unreadable', 'no transcript of this session is kept', {
          hint: 'capture.keep_transcripts keeps those to come',
        });
      }
      file.finish();
    } catch (error) {
      file.discard();
      throw error;
    }
    return { session_id, path: input.path, lines };
  };
}
