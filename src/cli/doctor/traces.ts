// What daemons and hooks leave behind in the state directory, read without a daemon.
import { dirname, join } from 'node:path';
import { readEndpoint } from '../../client/endpoint.ts';
import { isAlive } from '../../client/leave.ts';
import { startFailure } from '../../client/start-daemon.ts';
import { type Finding, manual, mendable } from '../../core/finding.ts';
import { sha256Hex } from '../../core/ids.ts';
import { limits } from '../../core/limits.ts';
import { readText, removeFile } from '../../platform/files.ts';
import { type Paths, socketDirectory } from '../../platform/paths.ts';
import { namesIn } from '../../platform/safe-mode.ts';
import { deadSockets } from '../../platform/sockets.ts';
import { spoolEntries } from '../../platform/spool-files.ts';
import { exists, fileBytes, fileKind } from '../../platform/walk.ts';
import type { Looked, Repair } from './look.ts';

const waitedMs = 10 * 60_000;

/** Endpoint, sockets, the reason of a failed start, spool and logs. now: milliseconds. */
export function traceChecks(paths: Paths, now: number): Looked[] {
  return [endpoint(paths), sockets(paths), startError(paths), waiting(paths, now), bad(paths), logs(paths)];
}

function removal(path: string): Repair {
  return { says: `removed ${path}`, mend: () => removeFile(path) };
}

function endpoint(paths: Paths): Looked {
  const isTorn = readText(paths.endpoint) !== undefined && readEndpoint(paths.endpoint) === undefined;
  const finding = mendable({
    ...{ group: 'daemon', code: 'daemon/endpoint', what: `${paths.endpoint} cannot be understood` },
    why: 'commands find the daemon by it; a new daemon writes it again',
  });
  return {
    check: { group: 'daemon', name: 'endpoint', findings: isTorn ? [finding] : [] },
    repairs: isTorn ? [removal(paths.endpoint)] : [],
  };
}

/** The socket of a daemon that was killed is the mark of a crash, by which the next one looks at its databases. */
function sockets(paths: Paths): Looked {
  const directory = socketDirectory(paths.state, sha256Hex);
  const dead = exists(directory) ? deadSockets(directory, 0) : [];
  const findings = dead.map((path) =>
    mendable({
      ...{ group: 'daemon', code: 'daemon/stale-socket', what: `${path} is of a daemon that is gone` },
      why: 'nothing listens there, and old ones pile up',
    }),
  );
  return { check: { group: 'daemon', name: 'sockets', findings }, repairs: dead.map(removal) };
}

function startError(paths: Paths): Looked {
  const name = 'last start';
  const running = readEndpoint(paths.endpoint);
  if (readText(paths.startError) === undefined || (running && isAlive(running))) {
    const left = running !== undefined && exists(paths.startError);
    return { check: { group: 'daemon', name, findings: [] }, repairs: left ? [removal(paths.startError)] : [] };
  }
  const failure = startFailure(paths.startError, 0);
  const what = `the last start of the daemon failed: ${failure?.message ?? `${paths.startError} cannot be understood`}`;
  const finding: Finding = manual({
    ...{ group: 'daemon', code: 'daemon/start-error', what, fix: failure?.hint || 'prsist daemon start' },
    why: 'without a daemon nothing is taken in, it only waits in the spool',
  });
  return { check: { group: 'daemon', name, findings: [finding] }, repairs: [removal(paths.startError)] };
}

function waiting(paths: Paths, now: number): Looked {
  const entries = spoolEntries(paths.spool);
  const bytes = entries.reduce((sum, { size }) => sum + size, 0);
  const oldest = entries[0] ? now - Number(entries[0].mtimeNs / 1_000_000n) : 0;
  const isFull = entries.length >= limits.spoolFiles || bytes >= limits.spoolBytes;
  const base = { group: 'daemon', fix: 'prsist daemon start' } as const;
  const findings = [
    ...(oldest < waitedMs
      ? []
      : [
          manual({
            ...{ ...base, code: 'daemon/spool-old', why: 'what agents did since then is not in the memory yet' },
            what: `events wait in ${paths.spool} for ${Math.round(oldest / 60_000)} minutes`,
          }),
        ]),
    ...(isFull
      ? [
          manual({
            ...{ ...base, code: 'daemon/spool-full', why: 'hooks drop tool events until there is room' },
            what: `${paths.spool} is full: ${entries.length} events, ${bytes} bytes`,
          }),
        ]
      : []),
  ];
  return { check: { group: 'daemon', name: 'spool', findings }, repairs: [] };
}

function bad(paths: Paths): Looked {
  const directory = join(paths.spool, 'bad');
  const files = namesIn(directory).map((name) => join(directory, name));
  const findings =
    files.length === 0
      ? []
      : [
          mendable({
            ...{ group: 'daemon', code: 'daemon/spool-bad', what: `${files.length} events in ${directory}` },
            why: 'they could not be read, so what they say is missing unless a transcript has it',
          }),
        ];
  return { check: { group: 'daemon', name: 'unreadable events', findings }, repairs: files.map(removal) };
}

/** The daemon turns its log over by itself; whatever is larger was not written by it, or not turned over. */
function logs(paths: Paths): Looked {
  const directory = dirname(paths.log);
  const files = namesIn(directory).map((name) => join(directory, name));
  const large = files.filter((path) => fileKind(path) === 'file' && fileBytes(path) > 2 * limits.logFileBytes);
  const findings = large.map((path) =>
    mendable({
      ...{ group: 'daemon', code: 'daemon/log-large', what: `${path} has ${fileBytes(path)} bytes` },
      why: `logs are meant to take ${limits.logFiles} times ${limits.logFileBytes} bytes at most`,
    }),
  );
  return { check: { group: 'daemon', name: 'log size', findings }, repairs: large.map(removal) };
}
