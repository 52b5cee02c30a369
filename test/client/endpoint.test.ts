import fs from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { agentFrom } from '../../src/client/agent.ts';
import { readEndpoint } from '../../src/client/endpoint.ts';
import { temporaryHome } from './wire-server.ts';

const home = temporaryHome();
const path = join(home, 'endpoint.json');
afterAll(() => fs.rmSync(home, { recursive: true }));
const whole = { socket: '/s', token: 'ab'.repeat(32), pid: 7, start: '123', proto: 1, version: '0.1.0' };

test('an endpoint is read as it was written', () => {
  fs.writeFileSync(path, `${JSON.stringify(whole)}\n`);
  expect(readEndpoint(path)).toEqual(whole);
});

test.each([
  ['torn', JSON.stringify(whole).slice(0, 40)],
  ['empty', ''],
  ['null', 'null'],
  ['without a socket', JSON.stringify({ ...whole, socket: undefined })],
  ['with a token that would be a header of its own', JSON.stringify({ ...whole, token: 'ab\r\nx: y' })],
])('one that is %s is none', (_, text) => {
  fs.writeFileSync(path, text);
  expect(readEndpoint(path)).toBeUndefined();
});

test('no file is none', () => {
  expect(readEndpoint(join(path, 'none'))).toBeUndefined();
});

test.each([
  [{ CLAUDECODE: '1' }, 'claude-code'],
  [{ CODEX_SANDBOX: 'seatbelt' }, 'codex'],
  [{ CODEX_THREAD_ID: 'x' }, 'codex'],
  [{ GEMINI_CLI: '1' }, 'gemini-cli'],
  [{ OPENCODE: '1' }, 'opencode'],
  [{ CLAUDECODE: '' }, undefined],
  [{}, undefined],
])('inside %j the agent is %s', (env, agent) => {
  expect(agentFrom(env)).toBe(agent);
});
