import { expect, test } from 'vitest';
import { protocol } from '../../src/core/protocol.ts';
import { admit, callerOf, type Headers, projectHeader } from '../../src/daemon/guard.ts';

const token = 'a'.repeat(64);
const good: Headers = { authorization: `Bearer ${token}` };
const refused = (headers: Headers, operation = 'context.store') => {
  try {
    admit({ ...good, ...headers }, operation, token);
    return 'let in';
  } catch (error) {
    return error instanceof Error && 'code' in error ? error.code : error;
  }
};

test('DA1: the token and nothing like it lets in; a browser never', () => {
  expect(refused({})).toBe('let in');
  for (const authorization of [undefined, '', 'Bearer ']) expect(refused({ authorization })).toBe('auth/missing');
  for (const wrong of ['b'.repeat(64), `${token}a`, 'a', 'ü'.repeat(64), 'ü'.repeat(32)]) {
    expect(refused({ authorization: `Bearer ${wrong}` })).toBe('auth/refused');
  }
  expect(refused({ origin: 'null' })).toBe('auth/refused');
  expect(refused({ referer: '' })).toBe('auth/refused');
  expect(refused({ origin: 'http://localhost', authorization: undefined })).toBe('auth/refused');
});

test('DA2: another protocol is told which one is spoken, but may ask for health and to leave', () => {
  expect(refused({ 'x-prsist-proto': String(protocol) })).toBe('let in');
  for (const proto of ['0', '2', 'x', '']) {
    expect(refused({ 'x-prsist-proto': proto })).toBe('daemon/version-skew');
    expect(refused({ 'x-prsist-proto': proto }, 'system.health')).toBe('let in');
    expect(refused({ 'x-prsist-proto': proto }, 'system.drain')).toBe('let in');
  }
  expect(() => admit({ ...good, 'x-prsist-proto': '7' }, 'x.y', token)).toThrow(
    expect.objectContaining({ details: { proto: protocol } }),
  );
});

test('DA3: who asks comes from the headers: inside an agent it is the agent', () => {
  expect(callerOf({}, 'ana')).toEqual({ user: 'ana', origin: 'human' });
  expect(callerOf({ 'x-prsist-agent': 'codex', 'x-prsist-session': 's-1', 'x-prsist-project': '/w' }, 'ana')).toEqual({
    ...{ user: 'ana', agent: 'codex', session: 's-1', origin: 'agent', directory: '/w' },
  });
  expect(callerOf({ 'x-prsist-agent': '', 'x-prsist-project': 'shop' }, 'ana')).toEqual({
    user: 'ana',
    origin: 'human',
  });
  for (const word of ['a b', '.hidden', 'a/b', 'ü', 'x'.repeat(129), 'a,b']) {
    expect(() => callerOf({ 'x-prsist-agent': word }, 'ana')).toThrow(
      expect.objectContaining({ code: 'input/invalid' }),
    );
  }
});

test('DA4: a project is named in percent-encoded UTF-8', () => {
  expect(projectHeader({ 'x-prsist-project': '/w/m%C3%BC%25%20x' })).toBe('/w/mü% x');
  expect(projectHeader({ 'x-prsist-project': ['shop', 'other'] })).toBe('shop');
  expect(projectHeader({ 'x-prsist-project': '' })).toBeUndefined();
  for (const wrong of ['%', '%FF']) {
    expect(() => projectHeader({ 'x-prsist-project': wrong })).toThrow(
      expect.objectContaining({ code: 'input/encoding' }),
    );
  }
});
