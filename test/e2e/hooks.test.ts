// T10, the hook's side: exit 0 whatever happens, stdout empty or exactly a prepared file, the event in the spool.
import fs from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { limits } from '../../src/core/limits.ts';
import { spoolField } from '../../src/core/spool-event.ts';
import { type Call, createWorld, isPresent, shells, type World } from './hook-world.ts';

let world: World;
beforeEach(() => {
  world = createWorld();
});
afterEach(() => world.remove());

for (const shell of shells) {
  describe.skipIf(!isPresent(shell))(`under ${shell.join(' ')} (skipped where it is not installed)`, () => {
    const session = (source: string, more: Record<string, unknown> = {}) =>
      JSON.stringify({ session_id: 's-1', transcript_path: '/t.jsonl', cwd: world.repository, source, ...more });

    /** Stdout of a run that exits 0 and says nothing on stderr. */
    function hook(args: readonly string[], input: string | Uint8Array, more: Partial<Call> = {}): string {
      const done = world.run({ shell, args, input, ...more });
      expect([done.error, done.status, done.stderr.toString()]).toEqual([undefined, 0, '']);
      return done.stdout.toString();
    }

    const claudeStart = (source: string, more: Record<string, unknown> = {}) =>
      hook(['claude-code', 'SessionStart'], session(source, more));

    test('an event is spooled with what the agent sent, private, and prints nothing', () => {
      expect(hook(['claude-code', 'Stop'], session('x'))).toBe('');
      const [event] = world.events();
      expect(event).toMatchObject({ agent: 'claude-code', event: 'Stop', pwd: world.repository, truncated: false });
      expect(event && Buffer.from(event.bytes).toString()).toBe(session('x'));
      const spool = join(world.state, 'spool');
      expect(fs.statSync(spool).mode & 0o777).toBe(0o700);
      const names = fs.readdirSync(spool);
      expect(names).toHaveLength(1);
      expect(fs.statSync(join(spool, names[0] ?? '')).mode & 0o777).toBe(0o600);
    });

    test('the prepared bytes, once per session, from any directory inside', () => {
      fs.mkdirSync(join(world.repository, 'a/b c'), { recursive: true });
      const cwd = join(world.repository, 'a/b c');
      const start = (id: string) =>
        hook(['claude-code', 'SessionStart'], session('startup', { cwd, session_id: id }), { cwd });
      expect([start('s-1'), start('s-1'), start('s-2')]).toEqual(['claude-code start\n', '', 'claude-code start\n']);
      expect(world.events()).toHaveLength(3);
      expect(fs.readdirSync(join(world.state, 'printed')).sort()).toEqual(['claude-code.s-1', 'claude-code.s-2']);
    });

    test('CA96: what a session was told last is kept beside the mark, for nobody else', () => {
      const mark = join(world.state, 'printed/claude-code.s-1');
      const kept = () => fs.readFileSync(mark, 'utf8');
      claudeStart('startup');
      expect([kept(), fs.statSync(mark).mode & 0o777]).toEqual(['claude-code start\n', 0o600]);
      claudeStart('startup');
      expect([claudeStart('resume'), kept()]).toEqual(['', 'claude-code start\n']);
      world.write(join(world.brief, 'claude-code.s-1.compact'), 'anchor\n');
      expect([claudeStart('compact'), kept()]).toEqual(['anchor\n', 'anchor\n']);
    });

    test('nothing into a resumed or forked transcript; again after clear and compact', () => {
      expect([claudeStart('resume'), claudeStart('fork')]).toEqual(['', '']);
      expect([claudeStart('startup'), claudeStart('clear'), claudeStart('compact')]).toEqual(
        Array(3).fill('claude-code start\n'),
      );
      world.write(join(world.brief, 'claude-code.s-1.compact'), 'anchor\n');
      expect(claudeStart('compact')).toBe('anchor\n');
      expect(claudeStart('compact', { session_id: 's-9' })).toBe('claude-code start\n');
    });

    test('on another branch the plain one, and no handoff', () => {
      world.write(join(world.brief, 'claude-code.handoff'), 'handoff\n');
      world.write(join(world.repository, '.git/HEAD'), 'ref: refs/heads/other\n');
      expect(claudeStart('startup')).toBe('claude-code plain\n');
      expect(fs.existsSync(join(world.brief, 'claude-code.handoff'))).toBe(true);
    });

    test('a handoff is told once, by rename', () => {
      world.write(join(world.brief, 'claude-code.handoff'), 'handoff\n');
      expect(claudeStart('compact')).toBe('claude-code start\n');
      expect(claudeStart('startup')).toBe('handoff\n');
      expect(claudeStart('startup', { session_id: 's-2' })).toBe('claude-code start\n');
      expect(fs.readdirSync(world.brief).filter((name) => name.includes('.handoff'))).toEqual([
        expect.stringMatching(/^claude-code\.handoff\.\d+$/),
      ]);
    });

    test('two sessions that start at once: one takes the handoff', async () => {
      for (let round = 0; round < 5; round += 1) {
        world.write(join(world.brief, 'claude-code.handoff'), 'handoff\n');
        const both = ['a', 'b'].map((id) => {
          const input = session('startup', { session_id: `${id}${round}` });
          return world.start({ shell, args: ['claude-code', 'SessionStart'], input });
        });
        expect((await Promise.all(both)).sort()).toEqual(['claude-code start\n', 'handoff\n']);
      }
      expect(world.events()).toHaveLength(10);
    });

    test('one session started twice at once prints one block', async () => {
      for (let round = 0; round < 5; round += 1) {
        const input = session('startup', { session_id: `r${round}` });
        const both = [1, 2].map(() => world.start({ shell, args: ['codex', 'SessionStart'], input }));
        expect((await Promise.all(both)).sort()).toEqual(['', 'codex start\n']);
      }
    });

    test('a delta is told once, at the prompt of its session, and only while some wait', () => {
      const delta = join(world.brief, 'codex.s-1.delta');
      world.write(delta, 'news\n');
      const prompt = () => hook(['codex', 'UserPromptSubmit'], session('x', { prompt: 'hi' }));
      expect(prompt()).toBe('');
      world.write(join(world.state, 'deltas'), '');
      expect(hook(['codex', 'UserPromptSubmit'], session('x', { session_id: 's-2' }))).toBe('');
      expect([prompt(), prompt()]).toEqual(['news\n', '']);
    });

    test('another key, no key, or no brief: silence', () => {
      world.write(join(world.state, 'brief-key'), 'ffffffffffffffff\n');
      expect(claudeStart('startup')).toBe('');
      fs.rmSync(join(world.state, 'brief-key'));
      expect(claudeStart('startup')).toBe('');
      world.write(join(world.state, 'brief-key'), '0123456789abcdef\n');
      expect(claudeStart('startup', { cwd: world.root })).toBe('');
      expect(world.events()).toHaveLength(3);
    });

    test('the home directory is no project, nor what lies above it', () => {
      for (const directory of [world.home, world.root]) {
        world.write(join(directory, '.prsist/brief/0123456789abcdef/codex.start'), 'wrong\n');
      }
      fs.mkdirSync(join(world.home, 'elsewhere'));
      for (const cwd of [world.home, `${world.home}/`, join(world.home, 'elsewhere')]) {
        expect(hook(['codex', 'SessionStart'], session('startup', { cwd }), { cwd })).toBe('');
      }
    });

    test('a linked work tree: its own folder, else the one of the main work tree; inside it or beside it', () => {
      const main = join(world.repository, '.git/worktrees/tree');
      world.write(join(main, 'HEAD'), 'ref: refs/heads/topic\n');
      for (const place of [join(world.home, 'trees/t 1'), join(world.repository, '.claude/worktrees/t')]) {
        world.write(join(place, '.git'), `gitdir: ${main}\n`);
        fs.mkdirSync(join(place, 'src'), { recursive: true });
        const cwd = join(place, 'src');
        const start = (id: string) =>
          hook(['codex', 'SessionStart'], session('startup', { cwd, session_id: id }), { cwd });
        fs.rmSync(join(world.brief, 'wt'), { recursive: true, force: true });
        expect(start(`1${place.length}`)).toBe('codex plain\n');
        world.write(join(world.brief, 'wt/tree/HEAD'), 'ref: refs/heads/topic\n');
        world.write(join(world.brief, 'wt/tree/codex.start'), 'tree\n');
        expect(start(`2${place.length}`)).toBe('tree\n');
      }
    });

    test('a work tree of a bare repository, named by a relative path', () => {
      world.write(join(world.home, 'bare.git/worktrees/w/HEAD'), 'ref: refs/heads/main\n');
      world.write(join(world.home, 'bare.git/.prsist/brief/0123456789abcdef/codex.start'), 'bare\n');
      world.write(join(world.home, 'w/.git'), 'gitdir: ../bare.git/worktrees/w\n');
      expect(hook(['codex', 'SessionStart'], session('startup'), { cwd: join(world.home, 'w') })).toBe('bare\n');
    });

    test('a .git file that names no work tree still tells the branch', () => {
      fs.renameSync(join(world.repository, '.git'), join(world.home, 'moved.git'));
      world.write(join(world.repository, '.git'), `gitdir: ${join(world.home, 'moved.git')}\n`);
      expect(claudeStart('startup')).toBe('claude-code start\n');
    });

    test('the directory the agent names first, then that of the payload, then our own', () => {
      const elsewhere = { cwd: world.root, env: { CLAUDE_PROJECT_DIR: world.repository } };
      expect(hook(['claude-code', 'SessionStart'], session('startup', { cwd: '/' }), elsewhere)).toBe(
        'claude-code start\n',
      );
      expect(hook(['codex', 'SessionStart'], session('startup', { cwd: '/' }), elsewhere)).toBe('');
      expect(hook(['codex', 'SessionStart'], '{"source":"startup"}')).toBe('codex start\n');
      const plain = join(world.root, 'other é');
      world.write(join(plain, '.prsist/brief/0123456789abcdef/codex.start'), 'other\n');
      expect(hook(['codex', 'SessionStart'], session('startup', { session_id: 'o', cwd: `${plain}/` }))).toBe(
        'other\n',
      );
      const escaped = session('startup', { session_id: 'esc' }).replaceAll('é', '\\u00e9');
      expect(hook(['codex', 'SessionStart'], escaped)).toBe('codex start\n');
    });

    test('a payload over several lines is understood', () => {
      const pretty = JSON.stringify(JSON.parse(session('resume')), null, 2);
      expect(hook(['claude-code', 'SessionStart'], pretty)).toBe('');
      expect(hook(['claude-code', 'SessionStart'], pretty.replace('resume', 'startup'))).toBe('claude-code start\n');
      expect(fs.readdirSync(join(world.state, 'printed'))).toEqual(['claude-code.s-1']);
    });

    test('a session id that is a path is not used as a name', () => {
      fs.mkdirSync(join(world.state, 'printed/claude-code.x'), { recursive: true });
      expect(claudeStart('startup', { session_id: 'x/../../evil' })).toBe('claude-code start\n');
      expect(fs.existsSync(join(world.state, 'evil'))).toBe(false);
    });

    test('hooks of Claude Code run by Cursor print nothing; the event is kept', () => {
      expect(claudeStart('startup', { cursor_version: '2.0' })).toBe('');
      expect(world.events()).toHaveLength(1);
    });

    test('no input, garbage, NUL and newlines', () => {
      expect(hook(['claude-code', 'Stop'], '')).toBe('');
      expect(hook(['claude-code', 'SessionStart'], '\n\n{"source":\n\n')).toBe('claude-code start\n');
      const noise = new Uint8Array(3000).map((_, index) => (index * 7) % 256);
      expect(hook(['claude-code', 'Stop'], noise)).toBe('');
      expect(world.events().some((event) => Buffer.from(event.bytes).equals(Buffer.from(noise)))).toBe(true);
    });

    test('a payload beyond the limit is cut and marked, and its writer sees no broken pipe', () => {
      const input = session('x', { tool_response: 'y'.repeat(2_000_000) });
      expect(hook(['claude-code', 'PostToolUse'], input)).toBe('');
      const [event] = world.events();
      expect([event?.truncated, event?.bytes.length]).toEqual([true, limits.spoolBodyBytes]);
      expect(event && spoolField(event, 'session_id')).toBe('s-1');
    });

    test('the payload as an argument (notify)', () => {
      expect(hook(['codex', 'notify', '{"thread-id":"t"}'], '')).toBe('');
      expect(world.events()[0]?.body).toEqual({ kind: 'json', value: { 'thread-id': 't' } });
    });

    test('switched off: input is taken, nothing is left', () => {
      const env = { PRSIST_SKIP_HOOKS: '1' };
      expect(hook(['claude-code', 'SessionStart'], session('startup', { pad: 'x'.repeat(500_000) }), { env })).toBe('');
      expect(world.events()).toEqual([]);
    });

    test.each([[[]], [['claude-code']], [['../evil', 'Stop']], [['a', 'b/c']], [['a b', 'Stop']], [['é', 'Stop']]])(
      'arguments %j are refused without a word, after reading the input',
      (args) => {
        expect(hook(args, 'x'.repeat(500_000))).toBe('');
        expect(world.events()).toEqual([]);
      },
    );

    test('a full spool takes lifecycle events and no tool events', () => {
      world.write(join(world.state, 'spool/.full'), '');
      expect(hook(['claude-code', 'PostToolUse'], session('x'))).toBe('');
      expect(hook(['claude-code', 'Stop'], session('x'))).toBe('');
      expect(world.events().map((event) => event.event)).toEqual(['Stop']);
    });

    test('a spool that cannot be written: the brief still comes', () => {
      world.write(join(world.state, 'spool'), 'a file where the directory should be');
      expect(claudeStart('startup')).toBe('claude-code start\n');
      expect(hook(['claude-code', 'PostToolUse'], 'x'.repeat(500_000))).toBe('');
    });

    test('nothing at all: no HOME, no PATH, no directories', () => {
      const env = { HOME: '', PATH: '' };
      const missing = world.run({
        shell: [join('/usr/bin', shell[0] ?? ''), ...shell.slice(1)],
        args: ['codex', 'Stop'],
        env: { ...env, XDG_STATE_HOME: '/proc/nowhere' },
      });
      expect([missing.status, missing.stdout.toString()]).toEqual([0, '']);
    });

    test('the state directory: PRSIST_HOME, else the noted line, else XDG', () => {
      const spooled = (directory: string) => fs.readdirSync(join(directory, 'spool')).length;
      const env = { XDG_STATE_HOME: join(world.root, 'x d g') };
      hook(['codex', 'Stop'], '{}', { env });
      expect(spooled(join(world.root, 'x d g/prsist'))).toBe(1);
      world.write(join(world.home, '.local/share/prsist/state-dir'), `${join(world.root, 'noted $x')}\n`);
      hook(['codex', 'Stop'], '{}', { env });
      expect(spooled(join(world.root, 'noted $x'))).toBe(1);
      hook(['codex', 'Stop'], '{}', { env: { ...env, PRSIST_HOME: join(world.root, 'own') } });
      expect(spooled(join(world.root, 'own/state'))).toBe(1);
      expect(spooled(join(world.root, 'noted $x'))).toBe(1);
    });

    test('an executable in the repository is never run in place of a system command', () => {
      for (const name of ['cat', 'head', 'mv', 'mkdir']) {
        world.write(join(world.repository, name), '#!/bin/sh\necho evil\n');
        fs.chmodSync(join(world.repository, name), 0o755);
      }
      const shellPath = [join('/usr/bin', shell[0] ?? ''), ...shell.slice(1)];
      expect(hook(['codex', 'SessionStart'], session('startup'), { shell: shellPath, env: { PATH: '' } })).toBe(
        'codex start\n',
      );
    });

    test('a git event: header, arguments, no body; guarded against itself', () => {
      const git = { script: 'prsist-git-hook' } as const;
      const env = { GIT_DIR: '.git', CLAUDECODE: '1', GEMINI_CLI: '1' };
      expect(hook(['post-commit', 'a b', "it's"], '', { ...git, env })).toBe('');
      expect(world.events()[0]).toMatchObject({
        agent: 'git',
        event: 'post-commit',
        pwd: world.repository,
        gitDir: '.git',
        inside: 'claude-code',
        args: ['a b', "it's"],
        body: { kind: 'empty' },
      });
      for (const guard of ['PRSIST_SKIP_HOOKS', 'PRSIST_IN_HOOK'])
        hook(['post-commit'], '', { ...git, env: { [guard]: '1' } });
      hook(['../post-commit'], '', git);
      expect(world.events()).toHaveLength(1);
      hook(['post-rewrite', 'amend'], 'old new\n', git);
      expect(
        world
          .events()
          .map((event) => Buffer.from(event.bytes).toString())
          .sort(),
      ).toEqual(['', 'old new\n']);
    });
  });
}
