import { CommanderError } from 'commander';
import { expect, test } from 'vitest';
import { failure } from '../../src/cli/exit.ts';
import { count, keyValue, list, oneOf, seconds, wholeId, wholeNumber } from '../../src/cli/input.ts';
import { shortIds } from '../../src/cli/short-ids.ts';
import { errorTable, PrsistError } from '../../src/core/errors.ts';

test('repeated and listed options', () => {
  expect(list('b, c', list('a'))).toEqual(['a', 'b', 'c']);
  expect(keyValue('b=2=3', keyValue('a=1'))).toEqual({ a: '1', b: '2=3' });
  expect(() => keyValue('novalue')).toThrowError(/key=value/);
  expect(() => keyValue('=x')).toThrowError(/key=value/);
});

test('numbers and words', () => {
  const [limit, level] = [count('--limit', 200), wholeNumber('level')];
  expect([limit('20'), limit('200'), seconds('0.5'), level('0')]).toEqual([20, 200, 0.5, 0]);
  for (const wrong of ['-1', '1.5', 'x', '']) expect(() => level(wrong)).toThrowError(/whole number/);
  for (const wrong of ['0', '-1', '1.5', 'x', '']) expect(() => limit(wrong)).toThrowError(/whole number/);
  expect(() => limit('201')).toThrowError('--limit: "201" is not a whole number from 1 to 200');
  for (const wrong of ['0', '-1', 'x', 'NaN']) expect(() => seconds(wrong)).toThrowError(/seconds/);
  expect(oneOf(['a', 'b'], 'a', '--x')).toBe('a');
  expect(() => oneOf(['a', 'b'], 'c', '--x')).toThrowError('--x: "c" is none of a, b');
});

test('an id may be shortened where only one begins so', () => {
  const ids = ['abcd-0000001', 'abcd-0000002', 'abxyz', 'T1'];
  expect(wholeId('abxy', ids)).toBe('abxyz');
  expect(wholeId('T1', ids)).toBe('T1');
  expect(wholeId('nosuch', ids)).toBe('nosuch');
  expect(() => wholeId('abcd', ids)).toThrowError('2 ids begin with abcd');
  expect(() => wholeId('abcd', ids)).toThrowError(expect.objectContaining({ hint: 'abcd-0000001 abcd-0000002' }));
  expect(() => wholeId('abx', ids)).toThrowError('give at least 4 characters of the id');
});

test('listed ids are as long as it takes to tell them apart', () => {
  const show = (...ids: string[]) => ids.map(shortIds(ids));
  expect(show('0123456789', '9876543210', '0123456789')).toEqual(['01234567', '98765432', '01234567']);
  expect(show('0123456789ab', '0123456789cd')).toEqual(['0123456789a', '0123456789c']);
  expect(show('s1', 's2')).toEqual(['s1', 's2']);
  expect(show('01234567', '0123456789')).toEqual(['01234567', '012345678']);
});

test('every code of the table becomes its exit status, its message and its hint', () => {
  for (const [code, row] of Object.entries(errorTable)) {
    // keys of the table itself
    const error = new PrsistError(code as keyof typeof errorTable, 'it failed');
    expect(failure(error, { as: 'text', stack: 'hidden', command: 'prsist' })).toEqual({
      exit: row.exit,
      stdout: '',
      stderr: `error: it failed\ntry: ${code === 'input/invalid' ? 'prsist --help' : row.hint}\n`,
    });
  }
});

test('with --json the error is one object on stdout', () => {
  const report = failure(new PrsistError('entry/not-found', 'no a'), {
    as: 'json',
    stack: 'hidden',
    command: 'prsist',
  });
  expect(report).toEqual({
    exit: 1,
    stdout:
      '{"success":false,"error":{"code":"entry/not-found","message":"no a","hint":"prsist search \\"<key>\\""}}\n',
    stderr: '',
  });
});

test('a bug is 70 and shows its stack only when asked to', () => {
  const bug = new TypeError('x is undefined');
  expect(failure(bug, { as: 'text', stack: 'hidden', command: 'prsist' })).toMatchObject({
    exit: 70,
    stderr: expect.not.stringContaining(' at '),
  });
  expect(failure(bug, { as: 'text', stack: 'shown', command: 'prsist' }).stderr).toContain('input.test.ts');
});

test('words of the daemon cannot move the cursor', () => {
  const error = new PrsistError('internal', 'a\u001b[2Jb', { hint: 'c\u0007' });
  expect(failure(error, { as: 'text', stack: 'hidden', command: 'prsist' }).stderr).toBe('error: ab\ntry: c\n');
});

test('help is no failure, a wrong option is usage', () => {
  expect(
    failure(new CommanderError(0, 'commander.helpDisplayed', ''), { as: 'text', stack: 'hidden', command: 'prsist' })
      .exit,
  ).toBe(0);
  expect(
    failure(new CommanderError(1, 'commander.unknownOption', ''), { as: 'text', stack: 'hidden', command: 'prsist' })
      .exit,
  ).toBe(2);
});
