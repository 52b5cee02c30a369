// The tensor tier of this person: in the user database and one directory, whatever project a state's texts are from.
import { join } from 'node:path';
import type { Config } from '../config/schema.ts';
import { PrsistError } from '../core/errors.ts';
import type { OwnServer } from '../features/cache/tensors/needs.ts';
import { Tensors } from '../features/cache/tensors/registry.ts';
import { allProjects } from '../features/system/queries.ts';
import { createFailpoint } from '../platform/failpoint.ts';
import { madeOnce } from '../platform/host.ts';
import type { Paths } from '../platform/paths.ts';
import { createRandom } from '../platform/random.ts';
import type { Projects } from './projects.ts';

interface TensorParts {
  readonly paths: Paths;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly projects: () => Projects;
  readonly settings: { readonly config: Config };
  readonly clock: () => number;
}

const megabyte = 1_000_000;
const keyBytes = 32;

/** Puts it together; its key is made when the first state is sealed. */
export function createTensors({ paths, env, projects, settings, clock }: TensorParts): Tensors {
  return new Tensors({
    ...{ clock, random: createRandom(), failpoint: createFailpoint(env) },
    store: () => {
      const { user } = projects();
      return { read: user.read, write: user.write.bind(user) };
    },
    settings: () => {
      const { enabled, max_mb, dir, save_when_idle: isSavedIdle } = settings.config.kv_tensors;
      const directory = dir ?? join(paths.data, 'tensors');
      return { enabled, maxBytes: max_mb * megabyte, directory, server: serverOf(settings.config), isSavedIdle };
    },
    key: () => Buffer.from(madeOnce(join(paths.keys, 'tensors.key'), keyBytes), 'hex'),
    projectId: (asked) => projectIdOf(projects(), asked),
  });
}

function serverOf({ kv_tensors }: Config): OwnServer | null {
  const { server: url, server_slot: slot, server_key_file, server_kv_type: kv_type } = kv_tensors;
  if (url === undefined) return null;
  const { server_rope: rope = null, server_swa: swa = null } = kv_tensors;
  return { url, slot, kv_type, rope, swa, key_file: server_key_file ?? null };
}

/** Takes away what has had its time; nothing is made where there is nothing. */
export async function sweepTensors(tensors: Tensors, projects: Projects): Promise<void> {
  const known = new Set(projects.user.read.all(allProjects, {}).map(({ project_id }) => project_id));
  await tensors.sweep((id) => known.has(id));
}

/** Nobody's directory, and names nobody knows, are of no project. */
function projectIdOf(projects: Projects, asked: string): string | null {
  try {
    return projects.resolve(asked).id;
  } catch (error) {
    if (error instanceof PrsistError) return null;
    throw error;
  }
}
