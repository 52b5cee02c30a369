import { expect, test } from 'vitest';
import { reply, serve } from '../client/wire-server.ts';
import { now, prsist } from './world.ts';

const token = {
  ...{ token_id: '019a3985-b900-7000-8000-000000000001', name: 'ci', rights: 'read', project_id: null, user_id: null },
  ...{ tenant_id: 'acme', created_at: new Date(now).toISOString(), last_used_at: null, revoked_at: null },
  expires_at: new Date(now + 3 * 86_400_000).toISOString(),
};

test('token new prints the token alone on stdout, and asks for an end in time', async () => {
  await using server = await serve((_, response) => reply(response, { ...token, token: 'prsist_abc' }));
  const ran = await prsist(['token', 'new', 'ci', '--tenant', 'acme', '--expires', '3d'], { server });
  expect(ran).toMatchObject({ exit: 0, stdout: 'prsist_abc\n', stderr: expect.stringContaining('shown this once') });
  expect(server.asked[0]).toMatchObject({
    ...{ name: 'token.new', input: { name: 'ci', rights: 'read', tenant: 'acme', expires_at: token.expires_at } },
  });
  for (const wrong of [
    ['--expires', 'soon'],
    ['--rights', 'root'],
  ]) {
    expect(await prsist(['token', 'new', 'ci', ...wrong], { server })).toMatchObject({ exit: 2, stdout: '' });
  }
});

test('token list says state, use and bounds, and never a token', async () => {
  await using server = await serve((_, response) => reply(response, { items: [token] }));
  const { stdout } = await prsist(['token', 'list'], { server });
  expect(stdout).toBe('019a3985  ci  read  expires in 3d  never used  tenant acme\n');
});

test('session export follows its job and says where the lines are', async () => {
  await using server = await serve(({ name }, response) =>
    reply(
      response,
      name === 'session.export'
        ? { job_id: 'j' }
        : {
            job_id: 'j',
            name,
            state: 'done',
            progress: {},
            result: { path: '/w/shop/o.jsonl', lines: 3 },
            error: null,
          },
    ),
  );
  const id = '3f2a91bc-0000-7000-8000-000000000001';
  const ran = await prsist(['session', 'export', id, '--out', 'o.jsonl'], { server });
  expect(ran).toMatchObject({ exit: 0, stdout: '3 lines in /w/shop/o.jsonl\n' });
  expect(server.asked.find(({ name }) => name === 'session.export')?.input).toMatchObject({ path: '/w/shop/o.jsonl' });
});
