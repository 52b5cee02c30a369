import fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * Puts a text into a file that nobody else can read, lets work change it, and gives back what it says then; nothing of it
 * stays.
 */
export async function inScratchFile(
  name: string,
  text: string,
  work: (path: string) => Promise<void>,
): Promise<string> {
  const directory = fs.mkdtempSync(join(tmpdir(), 'prsist-'));
  try {
    const path = join(directory, name);
    fs.writeFileSync(path, text, { mode: 0o600 });
    await work(path);
    return fs.readFileSync(path, 'utf8');
  } finally {
    fs.rmSync(directory, { recursive: true, force: true });
  }
}
