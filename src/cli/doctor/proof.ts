import { join } from 'node:path';
import { manual } from '../../core/finding.ts';
import { formatSpoolEvent } from '../../core/spool-event.ts';
import type { Paths } from '../../platform/paths.ts';
import { deleteSpoolFile, spoolName, writeSpoolFile } from '../../platform/spool-files.ts';
import { monotonic, wait } from '../../platform/time.ts';
import { exists } from '../../platform/walk.ts';
import { type Looked, only } from './look.ts';

const withinMs = 20_000;

/** Lays an event where hooks lay theirs: a daemon that works takes it away. It belongs to no project and leaves nothing. */
export async function proveSpool(paths: Paths): Promise<Looked> {
  const body = Buffer.from(JSON.stringify({ session_id: 'doctor', cwd: '/' }));
  const event = formatSpoolEvent({ agent: 'doctor', event: 'Probe', args: [] }, body);
  const name = writeSpoolFile(paths.spool, `doctor-${spoolName()}`, event);
  const end = monotonic() + withinMs;
  while (exists(join(paths.spool, name)) && monotonic() < end) await wait(25);
  const isTaken = !exists(join(paths.spool, name)) && !exists(join(paths.spool, 'bad', name));
  deleteSpoolFile(paths.spool, name);
  const finding = manual({
    ...{ group: 'daemon', code: 'daemon/spool-unread', what: `an event laid into ${paths.spool} was not taken in` },
    ...{
      why: 'what hooks leave there does not reach the memory',
      fix: 'prsist daemon logs; prsist daemon stop --force',
    },
  });
  return only({ group: 'daemon', name: 'an event arrives', findings: isTaken ? [] : [finding] });
}
