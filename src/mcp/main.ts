// What `prsist mcp` loads: a file of its own, because no other command needs the protocol.
import { serveStdio } from '@modelcontextprotocol/server/stdio';
import { environment } from '../platform/environment.ts';
import { placeOf } from './identity.ts';
import { createServer } from './server.ts';

export interface Asked {
  /** Path of bin/prsist-daemon. */
  readonly daemon: string;
  /** Id, name or directory; the directory the agent works in when absent. */
  readonly project: string | undefined;
  readonly cwd: string;
}

/** Serves one agent over stdin and stdout until stdin ends. */
export async function serve({ daemon, project, cwd }: Asked): Promise<void> {
  const env = environment();
  const ended = new Promise<void>((resolve) => process.stdin.once('close', resolve));
  const handle = serveStdio(() => createServer({ env, daemon, project: project ?? placeOf(env, cwd) }));
  await ended;
  await handle.close();
}
