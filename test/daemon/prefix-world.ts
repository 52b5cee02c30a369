// Sessions and briefs that the index of prefixes learns from, over all features.
import fs from 'node:fs';
import { join } from 'node:path';
import { quietMs } from '../../src/daemon/prefixes.ts';
import { envelope } from '../../src/features/brief/envelope.ts';
import { projectId, wiredWorld } from './wired-world.ts';

export type Json = Readonly<Record<string, unknown>>;

/** Everything wired, and a project in it. env: variables that set something. */
export function world(env: Record<string, string> = {}) {
  const wired = wiredWorld({ env });
  const root = wired.project();
  const caller = { user: wired.projects.identity.user, origin: 'human' } as const;
  const ask = async (operation: string, body: Json = {}, by: Json = {}) => {
    const asked = { operation, body, project: projectId, idempotencyKey: undefined };
    return (await wired.dispatch({ ...asked, caller: { ...caller, ...by } })).reply as Json & { items: Json[] };
  };
  /** A job, with what it says when it is done. */
  const work = async (operation: string, body: Json = {}) => {
    const { job_id } = await ask(operation, body);
    return (await wired.jobs.show(String(job_id), 5_000)).result ?? {};
  };
  const say = async (session_id: string, ...texts: readonly string[]) => {
    await ask('session.start', { session_id });
    for (const [n, content] of texts.entries()) {
      wired.clock.now += 1_000;
      await ask('session.message', { session_id, role: n % 2 === 0 ? 'user' : 'assistant', content });
    }
  };
  /** Silence, and everything that is learnt in it. */
  const learn = async () => {
    wired.clock.now += quietMs + 1;
    wired.prefixes.wake(projectId);
    await wired.prefixes.look();
    await wired.prefixes.look();
  };
  const store = () => wired.projects.store(projectId);
  const layOut = async (text: string) => {
    const directory = join(root, 'brief');
    fs.mkdirSync(directory, { recursive: true });
    fs.writeFileSync(join(directory, 'claude-code.plain'), envelope('claude-code', 'SessionStart', text));
    store(); // rendering has it open
    wired.prefixes.rendered(projectId);
    await wired.prefixes.look();
  };
  return { ...wired, root, ask, work, say, learn, layOut, store };
}
