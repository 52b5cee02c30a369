import fs from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import { limits } from '../../src/core/limits.ts';
import { createLog } from '../../src/platform/log.ts';
import { temporaryDirectory } from '../store/temporary-store.ts';

function logIn(directory: string) {
  const file = join(directory, 'log/daemon.jsonl');
  const redact = (line: string) => line.replaceAll('hunter2', '***');
  const lines = (name = file) =>
    fs
      .readFileSync(name, 'utf8')
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
  return { file, lines, log: createLog({ file, level: 'info', redact }) };
}

test('PL40: a log is redacted JSON lines for nobody else', () => {
  const { file, lines, log } = logIn(temporaryDirectory());
  log.debug('not asked for');
  log.info({ path: '/x?key=hunter2' }, 'read hunter2');
  expect(lines()).toMatchObject([{ level: 30, msg: 'read ***', path: '/x?key=***' }]);
  expect(fs.statSync(file).mode & 0o077).toBe(0);
  expect(fs.statSync(join(file, '..')).mode & 0o077).toBe(0);
});

test('PL41: the same message is written ten times a minute, others beside it', () => {
  const { lines, log } = logIn(temporaryDirectory());
  for (let i = 0; i < 15; i += 1) log.info({ i }, 'again "and" again');
  log.info('else');
  expect(lines().map(({ msg }) => msg)).toEqual([...Array(10).fill('again "and" again'), 'else']);
});

test('PL41: it is so too after a thousand other messages', () => {
  const { lines, log } = logIn(temporaryDirectory());
  log.info('again');
  for (let i = 0; i < 1_200; i += 1) log.info(`other ${i}`);
  for (let i = 0; i < 15; i += 1) log.info('again');
  expect(lines().filter(({ msg }) => msg === 'again')).toHaveLength(10);
});

test('PL47: what was left out is counted, once its minute is over', () => {
  const { lines, log } = logIn(temporaryDirectory());
  let now = 0;
  const clock = vi.spyOn(performance, 'now').mockImplementation(() => now);
  onTestFinished(() => clock.mockRestore());
  const fresh = logIn(temporaryDirectory());
  for (let i = 0; i < 15; i += 1) fresh.log.info('again');
  now += 61_000;
  fresh.log.info('later');
  expect(fresh.lines().slice(10)).toMatchObject([{ msg: 'again', left_out: 5 }, { msg: 'later' }]);
  log.info('apart');
  expect(lines()).toHaveLength(1);
});

test('PL42: a full log makes way for a new one, five in all; one taken away meanwhile is no harm', () => {
  const { file, lines, log } = logIn(temporaryDirectory());
  const fill = (text: string) => log.info({ text: text.repeat(limits.logFileBytes) }, `fills ${text}`);
  for (const text of 'abcdef') fill(text);
  log.info('the last');
  const names = () => fs.readdirSync(join(file, '..')).sort();
  expect(names()).toEqual(['', '.1', '.2', '.3', '.4'].map((end) => `daemon.jsonl${end}`));
  expect(lines().at(-1)).toMatchObject({ msg: 'the last' });
  expect(fs.readFileSync(`${file}.1`, 'utf8')).toContain('fills f');
  fill('g');
  fs.rmSync(file);
  for (const text of ['lost', 'kept', 'kept too']) log.info(text);
  expect(lines().map(({ msg }) => msg)).toContain('kept too');
});

test('PL43: a disk that refuses a line stops nobody, holds no file open, and is tried again', () => {
  const directory = temporaryDirectory();
  fs.writeFileSync(join(directory, 'log'), 'a file where the directory should be');
  const { lines, log } = logIn(directory);
  log.info('first');
  fs.rmSync(join(directory, 'log'));
  log.info('second');
  expect(lines().map(({ msg }) => msg)).toEqual(['second']);
  if (!fs.existsSync('/dev/full')) return;
  fs.symlinkSync('/dev/full', join(directory, 'full'));
  const full = createLog({ file: join(directory, 'full'), level: 'info', redact: (line) => line });
  for (let i = 0; i < 20; i += 1) full.info(`line ${i}`);
  // of the whole process, in which other tests open files at the same time
  const open = fs.readdirSync('/proc/self/fd').filter((fd) => linkOf(`/proc/self/fd/${fd}`) === '/dev/full');
  expect(open).toEqual([]);
});

function linkOf(path: string): string {
  try {
    return fs.readlinkSync(path);
  } catch {
    return ''; // closed meanwhile
  }
}
