// What tests of erasing ask of a world, and what they look for in it.
import { expect } from 'vitest';
import type { JsonValue } from '../../../src/core/captured.ts';
import { digest } from '../../../src/store/digest.ts';
import { rebuild } from '../../../src/store/rebuild.ts';
import { verify } from '../../../src/store/verify.ts';
import { projectId } from '../../daemon/wired-world.ts';
import { bytesBelow } from '../../harness/on-disk.ts';
import type { ImportWorld } from '../capture/import-world.ts';

type Body = Readonly<Record<string, JsonValue>>;

/** Asks as the person does, in the first project unless another one is named. */
export async function call(
  world: ImportWorld,
  operation: string,
  body: Body,
  { agent, key: idempotencyKey, project = projectId }: { agent?: string; key?: string; project?: string } = {},
) {
  const caller = { user: world.projects.identity.user, origin: 'human' as const, directory: world.root };
  const asked = { operation, body, project, idempotencyKey, caller: { ...caller, ...(agent ? { agent } : {}) } };
  return (await world.dispatch(asked)).reply;
}

export const forget = (world: ImportWorld, body: Body) => call(world, 'store.erase', { reason: 'test', ...body });

/** Every byte below a world's data and state, the databases still open. */
export function onDisk(world: ImportWorld): string {
  return bytesBelow(world.paths.data, world.paths.state);
}

export const large = (word: string) => `${word} `.repeat(1000);

/** What a rebuild gives, and that the log is whole. */
export function expectWhole(world: ImportWorld, project = projectId): void {
  const store = world.projects.store(project);
  const before = digest(store);
  rebuild(store);
  expect(digest(store)).toEqual(before);
  expect(verify(store, 'deep').problems).toEqual([]);
}
