import { dirname, join } from 'node:path';
import { type Check, type Finding, manual, mendable } from '../../core/finding.ts';
import type { Paths } from '../../platform/paths.ts';
import { closeToOthers, linkTarget, namesIn, type Unsafe, unsafeMode } from '../../platform/safe-mode.ts';
import type { Looked } from './look.ts';

const why = {
  link: 'whoever owns the place a link leads to can read and replace what is kept there',
  foreign: 'its owner can read and replace what is kept there',
  open: 'other accounts of this machine could read what was remembered',
} satisfies Record<Unsafe, string>;

/** Modes and owners of everything of ours: directories 0700, files 0600, no links. */
export function placeChecks(paths: Paths): Looked[] {
  const { config, data, state, projects, keys, backups, spool, bin, log } = paths;
  const directories = [config, data, state, projects, keys, backups, spool, join(spool, 'bad'), bin, dirname(log)];
  const databases = [data, ...namesIn(projects).map((id) => join(projects, id))].flatMap((directory) =>
    namesIn(directory)
      .filter((name) => /\.db(-wal|-shm)?$/.test(name))
      .map((name) => join(directory, name)),
  );
  const inside = (directory: string) => namesIn(directory).map((name) => join(directory, name));
  const secrets = [paths.endpoint, paths.briefKey, paths.installs, ...inside(keys)];
  const files = [join(config, 'config.yaml'), join(config, 'optimization-config.yaml'), ...inside(dirname(log))];
  return [
    looked('directories', [...directories, ...namesIn(projects).map((id) => join(projects, id))]),
    looked('databases', databases),
    looked('token and keys', secrets),
    looked('settings and logs', files),
    looked('hook scripts', inside(bin)),
  ];
}

function looked(name: string, paths: readonly string[]): Looked {
  const found = paths.flatMap((path) => {
    const unsafe = unsafeMode(path);
    return unsafe === undefined ? [] : [{ path, unsafe }];
  });
  const check: Check = { group: 'security', name, findings: found.map(({ path, unsafe }) => told(path, unsafe)) };
  const open = found.filter(({ unsafe }) => unsafe === 'open');
  const repairs = open.map(({ path }) => ({ says: `closed ${path} to others`, mend: () => closeToOthers(path) }));
  return { check, repairs };
}

function told(path: string, unsafe: Unsafe): Finding {
  const base = { group: 'security' as const, why: why[unsafe] };
  if (unsafe === 'open') return mendable({ ...base, code: 'security/open', what: `${path} is open to others` });
  if (unsafe === 'foreign') {
    const fix = `sudo chown "$(id -un)" '${path}'`;
    return manual({ ...base, code: 'security/foreign', what: `${path} belongs to somebody else`, fix });
  }
  const target = linkTarget(path);
  const fix = `prsist daemon stop; rm '${path}' && mv '${target}' '${path}'`;
  return manual({ ...base, code: 'security/link', what: `${path} is a symbolic link to ${target}`, fix });
}
