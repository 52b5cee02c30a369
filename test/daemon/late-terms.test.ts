import { setTimeout as wait } from 'node:timers/promises';
import { expect, it, onTestFinished, vi } from 'vitest';
import { LateTerms } from '../../src/daemon/late-terms.ts';
import { hasLate } from '../../src/features/search/late-terms.ts';
import { messageAdd, sessionStart } from '../../src/features/sessions/records.ts';
import { projectId, type WiredWorld, wiredWorld } from './wired-world.ts';

const quietMs = 20;

function terms(world: WiredWorld): { readonly made: LateTerms; readonly faults: unknown[] } {
  const faults: unknown[] = [];
  const made = new LateTerms({
    ...{ projects: () => world.projects, showings: () => world.wired.showings, clock: Date.now, quietMs },
    ...{ monotonic: () => performance.now(), breathe: () => wait(1) },
    onFault: (_, error) => void faults.push(error),
  });
  onTestFinished(() => made.stop());
  return { made, faults };
}

async function sayInBulk({ projects }: WiredWorld, count: number): Promise<void> {
  const by = { actor: { user: projects.identity.user }, origin: 'human' } as const;
  const session_id = 'a-session';
  await projects.store(projectId).write((tx) =>
    tx.bulk(() => {
      tx.append(sessionStart, { ...by, fields: { session_id, started_at: 1 } });
      for (let i = 0; i < count; i += 1) {
        const fields = { session_id, role: 'user' as const, kind: 'prompt' as const, content: `word ${i}`, at: i };
        tx.append(messageAdd, { ...by, fields });
      }
    }),
  );
}

const isLate = (world: WiredWorld) => hasLate(world.projects.store(projectId).read);

it('FI69: terms are made once it is quiet, of all that came', async () => {
  const world = wiredWorld();
  world.project();
  await sayInBulk(world, 250);
  const { made, faults } = terms(world);
  made.wake(projectId);
  expect(isLate(world)).toBe(true);
  await vi.waitFor(() => expect(isLate(world)).toBe(false));
  expect(faults).toEqual([]);
});

it('FI69: while something else is written it goes on slowly, and it ends when it is told to', async () => {
  const world = wiredWorld();
  world.project();
  await sayInBulk(world, 250);
  const { made, faults } = terms(world);
  const writing = setInterval(() => made.wake(projectId), 2);
  onTestFinished(() => clearInterval(writing));
  await vi.waitFor(() => expect(isLate(world)).toBe(false));
  await sayInBulk(world, 250);
  made.wake(projectId);
  await made.stop();
  made.wake(projectId);
  await wait(3 * quietMs);
  expect(isLate(world)).toBe(true);
  expect(faults).toEqual([]);
});

it('FI69: a project that was closed or is gone by then is no fault, and is not opened for this', async () => {
  const world = wiredWorld();
  world.project();
  await sayInBulk(world, 250);
  const { made, faults } = terms(world);
  made.wake('no such project');
  made.wake(projectId);
  world.projects.close(projectId);
  await wait(3 * quietMs);
  expect(world.projects.openProjects).toEqual([]);
  expect(isLate(world)).toBe(true);
  made.wake(projectId);
  await vi.waitFor(() => expect(isLate(world)).toBe(false));
  expect(faults).toEqual([]);
});
