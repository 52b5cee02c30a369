import fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { FileEdit } from '../../../src/core/file-edit.ts';
import { sha256Hex } from '../../../src/core/ids.ts';
import { applyOperations, readFound } from '../../../src/platform/apply-edits.ts';

let dir = '';
beforeEach(() => {
  dir = fs.mkdtempSync(join(tmpdir(), "prsist it's ü "));
});
afterEach(() => fs.rmSync(dir, { recursive: true, force: true }));

const at = (name: string) => join(dir, name);
const modeOf = (name: string) => fs.statSync(at(name)).mode & 0o7777;

function edit(name: string, before: string | null, after: string | null, more: Partial<FileEdit> = {}): FileEdit {
  const rest = { created: before === null, inserted: '', containers: [], mode: 0o600 };
  return { kind: 'edit', subject: 'agent-hooks', path: at(name), before, after, ...rest, ...more };
}

describe('writing', () => {
  test('mode stays, nothing is left beside the file', () => {
    fs.writeFileSync(at('s.json'), 'old');
    fs.chmodSync(at('s.json'), 0o664);
    applyOperations([edit('s.json', 'old', 'new')]);
    expect([fs.readFileSync(at('s.json'), 'utf8'), modeOf('s.json'), fs.readdirSync(dir)]).toEqual([
      'new',
      0o664,
      ['s.json'],
    ]);
  });

  test.skipIf(process.getuid?.() !== 0)('the owner stays (skipped: only root can give files away)', () => {
    fs.writeFileSync(at('s.json'), 'old');
    fs.chownSync(at('s.json'), 1234, 1234);
    applyOperations([edit('s.json', 'old', 'new')]);
    expect(fs.statSync(at('s.json'))).toMatchObject({ uid: 1234, gid: 1234 });
  });

  test('a link is followed, also one to a file that is not there yet', () => {
    fs.mkdirSync(at('dotfiles'));
    fs.writeFileSync(at('dotfiles/s.json'), 'old');
    fs.symlinkSync('dotfiles/s.json', at('s.json'));
    fs.symlinkSync('dotfiles/new.json', at('new.json'));
    applyOperations([edit('s.json', 'old', 'new'), edit('new.json', null, 'made')]);
    expect(fs.lstatSync(at('s.json')).isSymbolicLink()).toBe(true);
    expect(fs.readdirSync(at('dotfiles')).sort()).toEqual(['new.json', 's.json']);
    expect(fs.readFileSync(at('dotfiles/s.json'), 'utf8')).toBe('new');
  });

  test('a new file gets its mode and its directory; a script of ours is mended to its mode', () => {
    applyOperations([edit('.git/hooks/post-commit', null, '#!/bin/sh\n', { mode: 0o700, subject: 'git-hook' })]);
    expect(modeOf('.git/hooks/post-commit')).toBe(0o700);
    fs.writeFileSync(at('prsist-hook'), 'old');
    fs.chmodSync(at('prsist-hook'), 0o666);
    applyOperations([edit('prsist-hook', 'old', 'new', { mode: 0o700, subject: 'own-file' })]);
    expect(modeOf('prsist-hook')).toBe(0o700);
  });
});

describe('somebody else was faster', () => {
  test.each([
    ['changed', 'theirs', edit, 'old', 'new'],
    ['created', 'theirs', edit, null, 'new'],
    ['changed before deleting', 'theirs', edit, 'old', null],
  ])('%s: not touched', (_, theirs, make, before, after) => {
    fs.writeFileSync(at('s.json'), theirs);
    expect(() => applyOperations([make('s.json', before, after)])).toThrow(
      expect.objectContaining({ code: 'file/not-ours' }),
    );
    expect(fs.readFileSync(at('s.json'), 'utf8')).toBe(theirs);
    expect(fs.readdirSync(dir)).toEqual(['s.json']);
  });

  test('gone', () => {
    expect(() => applyOperations([edit('s.json', 'old', 'new')])).toThrow(/changed by somebody else/);
    expect(fs.readdirSync(dir)).toEqual([]);
  });
});

describe('setting aside', () => {
  const step = (content: string | Uint8Array) =>
    ({
      kind: 'displace',
      path: at('post-commit'),
      aside: at('post-commit.pre-prsist'),
      beforeHash: sha256Hex(content),
      after: '#!/bin/sh\n',
      mode: 0o755,
    }) as const;

  test('and putting back: bytes, mode and nothing left over', () => {
    const binary = new Uint8Array([0x7f, 0x45, 0xff, 0x00]);
    fs.writeFileSync(at('post-commit'), binary);
    fs.chmodSync(at('post-commit'), 0o750);
    applyOperations([step(binary)]);
    expect(fs.readFileSync(at('post-commit'), 'utf8')).toBe('#!/bin/sh\n');
    expect([modeOf('post-commit'), modeOf('post-commit.pre-prsist')]).toEqual([0o750, 0o750]);
    applyOperations([
      { kind: 'return', path: at('post-commit'), aside: at('post-commit.pre-prsist'), before: '#!/bin/sh\n' },
    ]);
    expect(readFound(at('post-commit'))).toEqual({
      kind: 'opaque',
      hash: sha256Hex(binary),
      mode: 0o750,
      isLink: false,
    });
    expect(fs.readdirSync(dir)).toEqual(['post-commit']);
  });

  test('a link itself is set aside, its target is not touched', () => {
    fs.writeFileSync(at('tracked.sh'), '#!/bin/sh\nmake\n');
    fs.symlinkSync('tracked.sh', at('post-commit'));
    applyOperations([step('#!/bin/sh\nmake\n')]);
    expect(fs.readlinkSync(at('post-commit.pre-prsist'))).toBe('tracked.sh');
    expect(fs.lstatSync(at('post-commit')).isFile()).toBe(true);
    expect(fs.readFileSync(at('tracked.sh'), 'utf8')).toBe('#!/bin/sh\nmake\n');
  });

  test('never over a file that was set aside before', () => {
    fs.writeFileSync(at('post-commit'), 'one');
    fs.writeFileSync(at('post-commit.pre-prsist'), 'two');
    expect(() => applyOperations([step('one')])).toThrow();
    expect(fs.readFileSync(at('post-commit'), 'utf8')).toBe('one');
    expect(fs.readFileSync(at('post-commit.pre-prsist'), 'utf8')).toBe('two');
    expect(fs.readdirSync(dir)).toHaveLength(2);
  });
});

test('directories of ours are 0700 and go only when empty', () => {
  applyOperations([{ kind: 'directory', path: at('a/bin') }]);
  expect(modeOf('a/bin')).toBe(0o700);
  fs.writeFileSync(at('a/bin/x'), '');
  applyOperations([{ kind: 'remove-directory', path: at('a/bin') }]);
  fs.rmSync(at('a/bin/x'));
  applyOperations([
    { kind: 'remove-directory', path: at('a/bin') },
    { kind: 'remove-directory', path: at('none') },
  ]);
  expect(fs.readdirSync(at('a'))).toEqual([]);
});

test('what is found: nothing, text, other bytes, a link that leads nowhere', () => {
  fs.writeFileSync(at('text'), '\uFEFFü\n', { mode: 0o640 });
  fs.writeFileSync(at('latin1'), new Uint8Array([0xe9]));
  fs.symlinkSync('nowhere', at('dangling'));
  expect(readFound(at('none'))).toEqual({ kind: 'absent' });
  expect(readFound(at('text'))).toMatchObject({ kind: 'text', text: '\uFEFFü\n', isLink: false });
  expect(readFound(at('latin1')).kind).toBe('opaque');
  expect(readFound(at('dangling'))).toMatchObject({ kind: 'opaque', mode: 0, isLink: true });
  expect(() => readFound(dir)).toThrow(expect.objectContaining({ code: 'file/unreadable' }));
});
