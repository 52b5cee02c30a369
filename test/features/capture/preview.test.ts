import fs from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { projectId, wiredWorld } from '../../daemon/wired-world.ts';
import { fill, random } from '../../harness/secrets/random.ts';

const made = (template: string) => fill(template, random(3));

test('RD5: the preview is what would be kept, with kinds, marks and lines, and leaves no trace', async () => {
  const world = wiredWorld();
  world.project();
  const before = world.projects.store(projectId).log.seq;
  const key = made('-----BEGIN {{is:PRIVATE}} KEY-----\n{{b64:64}}\n{{b64:64}}\n-----END {{is:PRIVATE}} KEY-----');
  const text = `A=${made('ghp_{{alnum:36}}')}\n${key}\n<private>x</private> ${made('ghp_{{alnum:36}}')}`;
  const caller = { user: 'ana', origin: 'human' } as const;
  const asked = { caller, project: projectId, idempotencyKey: undefined };
  const { reply } = await world.dispatch({ ...asked, operation: 'capture.redact', body: { text } });
  expect(reply).toMatchObject({
    text: expect.stringMatching(
      /^A=⟨secret:github-classic#.{4}⟩\n⟨secret:pem-key#.{4}⟩\n⟨private⟩ ⟨secret:github-classic/,
    ),
    counts: { 'github-classic': 2, 'pem-key': 1, private: 1 },
    finds: [
      { kind: 'github-classic', line: 1 },
      { kind: 'pem-key', line: 2 },
      { kind: 'private', mark: null, line: 3 },
      { kind: 'github-classic', line: 3 },
    ],
  });
  expect(world.projects.store(projectId).log.seq).toBe(before);
});

test('RD5: the rules of the project count', async () => {
  const world = wiredWorld();
  const root = world.project();
  fs.mkdirSync(join(root, '.prsist'), { recursive: true });
  const rule = '{id: ticket, kind: ticket, keywords: [ticket-], pattern: "ticket-[0-9]{6}"}';
  fs.writeFileSync(join(root, '.prsist/config.yaml'), `privacy: {rules: [${rule}]}`);
  const asked = { caller: { user: 'ana', origin: 'human' }, project: root, idempotencyKey: undefined } as const;
  const body = { text: 'see ticket-123456' };
  const { reply } = await world.dispatch({ ...asked, operation: 'capture.redact', body });
  expect(reply).toMatchObject({ counts: { ticket: 1 } });
});
