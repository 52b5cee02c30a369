// The operation over everything that is recorded: features, brief and files of a project as the daemon wires them.
import fs from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { Reply } from '../../src/core/operation.ts';
import { planWith, render } from '../../src/features/cache/plan/plan.ts';
import type { Operations } from '../../src/features/operations.ts';
import { agentContext, providers } from '../features/cache/plan-contexts.ts';
import { projectId, wiredWorld } from './wired-world.ts';

type Plan = Reply<Operations['cache.plan']>;

function world() {
  const made = wiredWorld();
  const root = made.project();
  const ask = async (operation: string, body: object) => {
    const asked = {
      operation,
      body,
      caller: { user: 'ana', origin: 'human' },
      project: projectId,
      idempotencyKey: undefined,
    };
    return (await made.dispatch(asked as Parameters<typeof made.dispatch>[0])).reply;
  };
  return { ...made, root, ask, plan: async (body: object) => (await ask('cache.plan', body)) as Plan };
}

test('PC280: of given segments, the same plan and request as the library gives', async () => {
  const { plan } = world();
  const { segments } = agentContext;
  const reply = await plan({ provider: 'anthropic', model: 'claude-opus-4.5', segments, body: true });
  const context = { segments, project: projectId };
  const wanted = planWith(providers, context, 'anthropic', { model: 'claude-opus-4.5' });
  expect(reply).toEqual({
    source: 'segments',
    session_id: null,
    model_from: 'asked',
    ...wanted,
    request: render(wanted, context),
  });
  expect(
    await plan({
      provider: 'ollama',
      segments: [{ slot: 'a', kind: 'system', place: 'system', text: 'x'.repeat(41) }],
    }),
  ).toMatchObject({
    tokens: { total: 11 },
  });
});

test('PC281: of what an agent starts with: the brief, frozen, and the files it reads, without their secrets', async () => {
  const { ask, plan, root } = world();
  const secret = `ghp_${'a1B2c3D4'.repeat(5).slice(0, 36)}`;
  fs.writeFileSync(join(root, 'CLAUDE.md'), `Use tabs.\nThe token is ${secret}\n`);
  await ask('context.store', { key: 'k', value: 'tabs because of Maria', priority: 'high' });
  const reply = await plan({ provider: 'anthropic', body: true });
  expect(reply.source).toBe('project');
  expect(reply.segments.map(({ slot, zone }) => `${slot} ${zone}`)).toEqual([
    'doc:CLAUDE.md stable',
    'snapshot stable',
  ]);
  const body = JSON.stringify(reply.request?.body);
  expect(body).toContain('tabs because of Maria');
  expect(body).toContain('Use tabs.');
  expect(body).not.toContain(secret);
});

test('PC282: of a session: its turns, and its start, its pauses and what its agent sent beside', async () => {
  const { ask, plan } = world();
  await ask('session.start', { session_id: 'session-1', agent: 'claude-code' });
  await ask('session.message', { session_id: 'session-1', role: 'user', content: 'mend the till' });
  await ask('session.message', { session_id: 'session-1', role: 'assistant', content: 'done' });
  const reply = await plan({ provider: 'openai', model: 'gpt-5.6', session_id: 'session-1', body: true });
  expect(reply).toMatchObject({ source: 'session', session_id: 'session-1', rules: 'openai_5_6' });
  expect(reply.segments.filter(({ zone }) => zone === 'history').map(({ slot, role }) => `${slot} ${role}`)).toEqual([
    'turn:1 user',
    'turn:2 assistant',
  ]);
  expect(reply.key).not.toBeNull();
});

test('PC743: without a model a session is planned for the one it used last, where the provider has it', async () => {
  const { ask, plan } = world();
  await ask('session.start', { session_id: 'session-1', agent: 'claude-code' });
  const said = (id: string, role: string, model?: string) =>
    ask('session.message', {
      ...{ session_id: 'session-1', message_id: id, role, content: id },
      ...(model === undefined ? {} : { model, usage: { fresh: 9, output: 1 } }),
    });
  const asked = (provider: string, more: object = {}) => plan({ provider, session_id: 'session-1', ...more });
  await said('q', 'user');
  expect(await asked('anthropic')).toMatchObject({ model: null, model_from: null });
  await said('a', 'assistant', 'claude-haiku-4-5-20251001');
  await said('b', 'assistant', 'claude-opus-4-5-20251101');
  await said('c', 'assistant', '<synthetic>');
  expect(await asked('anthropic')).toMatchObject({ model: 'claude-opus-4-5-20251101', model_from: 'session' });
  expect(await asked('anthropic', { model: 'opus-5' })).toMatchObject({ model: 'opus-5', model_from: 'asked' });
  expect(await asked('ollama')).toMatchObject({ model: null, warnings: [] });
  const other = await asked('openai');
  expect(other).toMatchObject({ model: null, model_from: null });
  expect(other.warnings[0]?.text).toContain(
    'the session used claude-opus-4-5-20251101, of which no rules are known at',
  );
});

test('PC283: what is not known or cannot be is refused', async () => {
  const { plan } = world();
  const code = async (body: object) =>
    plan(body).then(
      () => 'none',
      (error: { code: string }) => error.code,
    );
  expect(await code({ provider: 'nosuch' })).toBe('provider/unknown');
  expect(await code({ provider: 'anthropic', model: 'gpt-5' })).toBe('model/unknown');
  expect(await code({ provider: 'anthropic', session_id: 'nobody' })).toBe('session/not-found');
  expect(await code({ provider: 'anthropic', session_id: 's', segments: agentContext.segments })).toBe('input/invalid');
  expect(await code({ provider: 'anthropic', ttl: '2h' })).toBe('input/invalid');
  const huge = { slot: 'a', kind: 'system', place: 'system', text: 'x', tokens: 2e6 };
  expect(await code({ provider: 'anthropic', segments: [huge] })).toBe('context/over-window');
});
