import fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { readText, writeAtomic } from '../../src/platform/files.ts';
import { holdFile } from '../../src/platform/held-files.ts';
import { firstBytes, readLines } from '../../src/platform/lines.ts';

let directory: string;
beforeEach(() => {
  directory = fs.mkdtempSync(join(tmpdir(), 'held-'));
});
afterEach(() => fs.rmSync(directory, { recursive: true }));

const refusal = { code: 'file/unreadable', hint: expect.stringContaining('copy') };

async function linesOf(path: string): Promise<string[]> {
  const texts: string[] = [];
  for await (const { text } of readLines(path, 0)) texts.push(text);
  return texts;
}

test('LO10: a database that is open is opened by nobody else in the process, under no name and by no link', async () => {
  const database = join(directory, 'memory.db');
  const names = ['', '-wal', '-shm'].map((ending) => `${database}${ending}`);
  for (const name of names) fs.writeFileSync(name, 'here');
  const [soft, hard] = [join(directory, 'notes.jsonl'), join(directory, 'more.jsonl')];
  fs.symlinkSync(database, soft);
  fs.linkSync(database, hard);
  const letGo = holdFile(database);
  for (const path of [...names, soft, hard]) {
    expect(() => readText(path)).toThrow(expect.objectContaining(refusal));
    expect(() => writeAtomic(path, 'gone')).toThrow(expect.objectContaining(refusal));
    await expect(firstBytes(path, 4)).rejects.toMatchObject(refusal);
    await expect(linesOf(path)).rejects.toMatchObject(refusal);
  }
  fs.writeFileSync(join(directory, 'other.jsonl'), 'free\n');
  expect(await linesOf(join(directory, 'other.jsonl'))).toEqual(['free']);
  letGo();
  expect(readText(database)).toBe('here');
});
