// The daemon without a process, asked for documents of one project.
import fs from 'node:fs';
import { dirname, join } from 'node:path';
import type { Reply, Request } from '../../../src/core/operation.ts';
import type { Caller } from '../../../src/features/feature.ts';
import type { Operations } from '../../../src/features/operations.ts';
import { projectId, type WiredWorld, wiredWorld } from '../../daemon/wired-world.ts';

export interface Documents {
  readonly world: WiredWorld;
  /** Directory of the project. */
  readonly root: string;
  /** Asks an operation; of a job its result, or its error thrown. */
  readonly ask: <N extends keyof Operations>(
    name: N,
    body: Request<Operations[N]>,
    who?: Partial<Caller>,
  ) => Promise<Reply<Operations[N]>>;
  readonly job: (name: keyof Operations, body: Record<string, unknown>) => Promise<Record<string, unknown>>;
  /** Writes a file of the project; gives its path. */
  readonly file: (name: string, data: string | Uint8Array) => string;
  readonly text: (uri: string) => Promise<string>;
  /** Everything found by some words, as "key: title". */
  readonly found: (query: string) => Promise<readonly string[]>;
  readonly records: () => number;
}

/** env: variables that set something. */
export function documentsWorld(env: Readonly<Record<string, string>> = {}): Documents {
  const world = wiredWorld({ env });
  const root = world.project();
  const caller: Caller = { user: world.projects.identity.user, origin: 'human', directory: root };
  const ask: Documents['ask'] = async (operation, body, who = {}) => {
    const asked = { operation, body, project: projectId, caller: { ...caller, ...who }, idempotencyKey: undefined };
    const { reply } = await world.dispatch(asked);
    return reply as never; // dispatch answers by the contract
  };
  return {
    ...{ world, root, ask },
    async job(name, body) {
      const { job_id } = (await ask(name, body as never)) as { job_id: string };
      const view = await world.jobs.show(job_id, 20_000);
      if (view.state !== 'done') throw Object.assign(new Error(view.error?.message ?? view.state), view.error);
      return { ...view.result };
    },
    file(name, data) {
      const path = join(root, name);
      fs.mkdirSync(dirname(path), { recursive: true });
      fs.writeFileSync(path, data);
      return path;
    },
    text: async (uri) => (await ask('document.get', { uri })).content,
    found: async (query) =>
      (await ask('search.query', { query, kinds: ['document'] })).results.map(({ key, title }) => `${key}: ${title}`),
    records: () => world.projects.store(projectId).log.seq,
  };
}
