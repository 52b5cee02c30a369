// A real git repository of its own, untouched by the settings of whoever runs the tests.
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import { dirname, join } from 'node:path';
import { temporaryDirectory } from '../store/temporary-store.ts';

export interface Repository {
  readonly top: string;
  /** Runs git in it; returns what it printed, without the last line end. */
  readonly git: (...args: readonly string[]) => string;
  readonly write: (path: string, content: string | Uint8Array) => void;
  /** Commits everything; returns the sha. */
  readonly commit: (message: string) => string;
}

const plain = { GIT_CONFIG_NOSYSTEM: '1', GIT_CONFIG_GLOBAL: '/dev/null', LC_ALL: 'C' };
const person = ['-c', 'user.name=Ana Özil', '-c', 'user.email=ana@example.org', '-c', 'protocol.file.allow=always'];

/** how: arguments of git init besides the branch; into: an absent or empty directory, an own one when not given. */
export function temporaryRepository({ how = [], into }: { how?: readonly string[]; into?: string } = {}): Repository {
  const top = into ?? fs.realpathSync(temporaryDirectory());
  fs.mkdirSync(top, { recursive: true });
  return { ...repositoryAt(top), git: initialised(top, how) };
}

function initialised(top: string, how: readonly string[]): Repository['git'] {
  const { git } = repositoryAt(top);
  git('init', '-q', '-b', 'main', ...how);
  return git;
}

/** A repository or work tree that is there. more: variables, asked for at each call of git. */
export function repositoryAt(top: string, more: () => Readonly<Record<string, string>> = () => ({})): Repository {
  const git = (...args: readonly string[]) => {
    const env = { ...process.env, ...plain, ...more() };
    return execFileSync('git', [...person, ...args], { cwd: top, env, encoding: 'utf8', stdio: 'pipe' }).trimEnd();
  };
  return {
    ...{ top, git },
    write(path, content) {
      fs.mkdirSync(dirname(join(top, path)), { recursive: true });
      fs.writeFileSync(join(top, path), content);
    },
    commit(message) {
      git('add', '-A');
      git('commit', '-q', '--allow-empty', '-m', message);
      return git('rev-parse', 'HEAD');
    },
  };
}
