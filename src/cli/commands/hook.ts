import { dirname, join } from 'node:path';
import { readEndpoint } from '../../client/endpoint.ts';
import { startDaemon } from '../../client/start-daemon.ts';
import { hook } from '../../hook/main.ts';
import { readText } from '../../platform/files.ts';
import { resolvePaths } from '../../platform/paths.ts';
import { processExists } from '../../platform/process.ts';
import type { Register, World } from '../cli.ts';
import { withExamples } from '../examples.ts';
import type { Sink } from '../print.ts';

const bodyBytes = 262_145;

export const register: Register = (parent) => {
  const command = parent
    .command('hook')
    .description(
      'What an agent calls where no sh can run the installed hook: leaves the event that stands on stdin in the spool, without its secrets, and prints what is prepared for it. Always exit 0.',
    )
    .argument('<agent>', 'claude-code, codex, gemini-cli, cursor, copilot-cli, or an editor')
    .argument('<event>', "the agent's own name of the event")
    .argument('[json]', 'the event, where it does not stand on stdin');
  withExamples(command, ['prsist hook claude-code SessionStart <event.json']);
};

/** Runs one hook. argv: what stands behind `hook`. Nothing that goes wrong is shown: an agent must not notice. */
export async function runHook(argv: readonly string[], world: World, stdout: Sink): Promise<number> {
  const [agent = '', event = '', json] = argv;
  try {
    const body = json === undefined ? await firstBytes(world) : Buffer.from(json);
    const rules = join(dirname(world.places.operations), 'redaction.json');
    const text = hook({ agent, event, body, cwd: workingDirectory(world), env: world.env, rules });
    if (text !== '') stdout.write(text);
    if (/^sessionstart$/i.test(event) && !world.env.PRSIST_SKIP_HOOKS) wakeDaemon(world);
  } catch {
    // the event is lost, its transcript is not
  }
  return 0;
}

/** So much as is kept; the rest is read and dropped, or the agent would see a broken pipe. */
async function firstBytes(world: World): Promise<Buffer> {
  const stdin = world.stdin();
  if (stdin.isTTY) return Buffer.alloc(0);
  const chunks: Buffer[] = [];
  let taken = 0;
  for await (const chunk of stdin) {
    const bytes = typeof chunk === 'string' ? Buffer.from(chunk) : chunk;
    if (taken < bodyBytes) chunks.push(bytes);
    taken += bytes.length;
  }
  return Buffer.concat(chunks).subarray(0, bodyBytes);
}

function workingDirectory(world: World): string | undefined {
  try {
    return world.cwd;
  } catch {
    return undefined; // it is gone
  }
}

/** A daemon that is away is started in the background, on the directories the installer noted; nobody waits for it. */
function wakeDaemon({ env, places }: World): void {
  const own = env.PRSIST_HOME ? env : { ...env, ...notedEnvironment(resolvePaths(env).bin) };
  const pid = readEndpoint(resolvePaths(own).endpoint)?.pid;
  if (pid === undefined || !processExists(pid)) startDaemon(places.daemon, own);
}

function notedEnvironment(bin: string): Record<string, string> {
  const lines = (readText(join(bin, 'start-env')) ?? '').split('\n');
  return Object.fromEntries(
    lines.flatMap((line) => {
      const at = line.indexOf('=');
      return at > 0 ? [[line.slice(0, at), line.slice(at + 1)]] : [];
    }),
  );
}
