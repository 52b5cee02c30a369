import { expect, test } from 'vitest';
import { machineOf, type Traces } from '../../src/core/machine.ts';

function machine(env: Traces['env'], more: { readonly files?: readonly string[]; readonly kernel?: string } = {}) {
  const { files = [], kernel = 'Linux 6.8.0-40-generic' } = more;
  return machineOf({ env, kernel, exists: (path) => files.includes(path) })?.kind;
}

test('MA1: an ordinary machine says nothing, also with empty variables', () => {
  const plain = { HOME: '/home/ana', TERM_PROGRAM: 'vscode', SSH_AUTH_SOCK: '/s', SSH_TTY: '', CODESPACES: 'false' };
  expect(machine(plain)).toBeUndefined();
  expect(machine({ CLAUDECODE: '1', CLAUDE_CODE_REMOTE: 'false' }, { kernel: 'Darwin 24.1.0' })).toBeUndefined();
});

test('MA2: remote hosts, containers, WSL and cloud agents are told by their traces, the innermost first', () => {
  expect(machine({ SSH_CONNECTION: '10.0.0.1 5 10.0.0.2 22' })).toBe('remote');
  expect(machine({ VSCODE_IPC_HOOK_CLI: '/run/user/1000/vscode-ipc-1.sock' })).toBe('remote');
  expect(machine({ WSL_DISTRO_NAME: 'Ubuntu' })).toBe('wsl');
  expect(machine({ SSH_TTY: '/dev/pts/1' }, { kernel: 'Linux 5.15.167.4-microsoft-standard-WSL2' })).toBe('wsl');
  expect(machine({ WSL_DISTRO_NAME: 'Ubuntu' }, { files: ['/.dockerenv'] })).toBe('container');
  expect(machine({}, { files: ['/run/.containerenv'] })).toBe('container');
  expect(machine({ REMOTE_CONTAINERS: 'true' }, { files: ['/.dockerenv'] })).toBe('dev-container');
  expect(machine({ CODESPACES: 'true', SSH_CONNECTION: 'x' })).toBe('dev-container');
  expect(machine({ GITPOD_WORKSPACE_ID: 'a-b' })).toBe('dev-container');
  expect(machine({ CLAUDE_CODE_REMOTE: 'true' }, { files: ['/.dockerenv'] })).toBe('cloud');
});

test('MA3: what follows is said in one line', () => {
  const means = (env: Traces['env']) => machineOf({ env, kernel: '', exists: () => false })?.means ?? '';
  for (const env of [{ SSH_TTY: '/t' }, { REMOTE_CONTAINERS: '1' }, { WSL_DISTRO_NAME: 'U' }]) {
    expect(means(env)).toMatch(/^[^\n]{40,160}$/);
  }
  expect(means({ REMOTE_CONTAINERS: '1' })).toContain('named volume');
});
