// Homes that share one memory.
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { createHome, type Home } from './home.ts';
import { gitIn, type Repository } from './repository.ts';

/** A home with a daemon, gone with its test. */
export async function machine(): Promise<Home> {
  const made = createHome();
  onTestFinished(() => made.remove());
  await made.serve();
  return made;
}

/** One lets the other in, with the check words of its screen. remote: the same place as the other reaches it, where that differs. */
export async function letIn(host: Home, guest: Home, remote?: string): Promise<Record<string, unknown>> {
  const { token, invite_id } = await host.json(['device', 'invite']);
  const way = remote === undefined ? [] : ['--remote', remote];
  const asked = await guest.prsist(['device', 'join', '--no-wait', '--json', ...way], { input: String(token) });
  const { words }: { words: string[] } = JSON.parse(asked.stdout);
  await host.json(['device', 'admit', String(invite_id), '--words', words.join(' ')]);
  return guest.json(['device', 'join']);
}

/** Each exchanges once, in this order; throws when one cannot. */
export async function exchange(...homes: readonly Home[]): Promise<void> {
  for (const home of homes) await home.json(['sync']);
}

/** A clone of a bare repository, in a home. */
export function cloneOf(home: Home, bare: string, name = 'shop'): Repository {
  gitIn(home, home.home, ['clone', '-q', bare, name]);
  const path = join(home.home, name);
  return { path, git: (...args) => gitIn(home, path, args) };
}
