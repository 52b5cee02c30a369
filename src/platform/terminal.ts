import { spawn } from 'node:child_process';

/**
 * Runs the person's editor on a file, in their terminal, until they leave it. editor: a command that may bring arguments
 * (`code --wait`), as VISUAL and EDITOR do. Returns its exit status; rejects when no shell can be started.
 */
export function editInTerminal(
  editor: string,
  path: string,
  env: Readonly<Record<string, string | undefined>>,
): Promise<number> {
  return new Promise((resolve, reject) => {
    // the form git uses: the shell takes the command apart, the path is never part of its text
    const child = spawn('/bin/sh', ['-c', `${editor} "$@"`, editor, path], { stdio: 'inherit', env: { ...env } });
    child.on('error', reject);
    child.on('close', (status) => resolve(status ?? 1));
  });
}
