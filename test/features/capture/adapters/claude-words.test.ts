import { describe, expect, it } from 'vitest';
import { claudeCode } from '../../../../src/features/capture/adapters/claude-code.ts';
import { refusalWords, wordsOf } from '../../../../src/features/capture/adapters/claude-words.ts';
import { call, prompt, queued, readClaude, record, reply, result, text, uuidOf } from './claude-lines.ts';
import { fixtureLines, ofKind, readAll, spoken, stored } from './transcript-files.ts';

describe('human words of Claude Code', () => {
  it('takes a user record for a prompt, without what the editor and prsist put in front of it', () => {
    const around = '<ide_opened_file>/w/a.ts</ide_opened_file>\n<system-reminder>x</system-reminder>\n';
    const own = '<prsist-memory>\nold\n</prsist-memory>\n';
    expect(spoken(readClaude(prompt(['a', null], `${around}${own}Fix the test`)))).toEqual(['prompt: Fix the test']);
  });

  it.each([
    ['<local-command-stdout>ok</local-command-stdout>', {}],
    ['<local-command-caveat>Caveat</local-command-caveat>', {}],
    ['<bash-stdout>ok</bash-stdout>', {}],
    ['<task-notification>done</task-notification>', {}],
    ['<system-reminder>only this</system-reminder>', {}],
    ['Base directory for this skill: /x', { isMeta: true }],
    ['shown only', { isVisibleInTranscriptOnly: true }],
    ['scheduled', { promptSource: 'system' }],
    ['an agent finished', { origin: { kind: 'task-notification' } }],
    ['   ', {}],
  ])('takes %j for nobody', (content, more) => {
    expect(spoken(readClaude(prompt(['a', null], content, more)))).toEqual([]);
  });

  it('takes text blocks beside a tool result for a prompt, and the next prompt does not rewind it', () => {
    const { items } = readAll(claudeCode, fixtureLines('claude-parallel-tools'));
    const prompts = ofKind(items, 'message').filter((message) => message.as === 'prompt');
    expect(prompts.map((message) => message.metadata?.via)).toEqual([undefined, 'beside-tool', 'refusal', undefined]);
    expect(prompts[1]?.text).toBe("I see the formatting change but not the 'last seen' strings");
    expect(prompts[2]?.text).toBe("I'm running `./entire status` after a build");
    expect(ofKind(items, 'rewind')).toEqual([]);
  });

  it('gives a slash command and a shell escape as notices that name the command', () => {
    const slash =
      '<command-message>review</command-message>\n<command-name>/review</command-name>\n<command-args>184</command-args>';
    const items = readClaude(prompt(['a', null], slash), prompt(['b', 'a'], '<bash-input>npm test</bash-input>'));
    const metadata = ofKind(items, 'message').map((message) => [message.as, message.text, message.metadata]);
    expect(metadata).toEqual([
      ['notice', '/review 184', { command: '/review', args: '184' }],
      ['notice', '! npm test', { command: '!', args: 'npm test' }],
    ]);
  });

  it('gives an interruption as a notice that says stop', () => {
    const [, notice] = readClaude(prompt(['a', null], [text('[Request interrupted by user for tool use]')]));
    expect(notice).toMatchObject({ kind: 'message', as: 'notice', metadata: { stop: true } });
  });

  it('finds the words of a refusal near the head of a failed result only', () => {
    const refused =
      "The user doesn't want to proceed with this tool use. To tell you how to proceed, the user said:\nrebase first";
    expect(refusalWords(refused)).toBe('rebase first');
    expect(refusalWords(`${refused}\n\nNote: The user's next message may contain a correction.`)).toBe('rebase first');
    expect(refusalWords('Permission for this tool use was denied. The user said:\nonly here')).toBe('only here');
    expect(refusalWords(`${'x'.repeat(500)} the user said:\nquoted`)).toBeUndefined();
    expect(refusalWords("The user doesn't want to proceed with this tool use.")).toBeUndefined();
  });

  it('does not look for a refusal in a result without error', () => {
    const items = readClaude(prompt(['a', null], [result('t1', 'the user said:\nquoted')]));
    expect(spoken(items)).toEqual([]);
  });

  it('gives the summary of a compaction as a summary, also where only its text tells', () => {
    const marked = prompt(['a', null], 'What happened so far', {
      isCompactSummary: true,
      isVisibleInTranscriptOnly: true,
    });
    expect(spoken(readClaude(marked))).toEqual(['summary: What happened so far']);
    const told = wordsOf('This session is being continued from a previous conversation that ran out of context.');
    expect(told.kind).toBe('summary');
  });

  it('marks a prompt that Claude Code made from a plan', () => {
    const [, message] = readClaude(prompt(['a', null], 'Implement the following plan', { planContent: '# Plan' }));
    expect(message).toMatchObject({ as: 'prompt', metadata: { via: 'plan' } });
  });
});

describe('prompts queued during a turn', () => {
  const ask = prompt(['a', null], 'Start');
  const attached = (words: string): ReturnType<typeof record> =>
    record('attachment', ['q', 'a'], { attachment: { type: 'queued_command', commandMode: 'prompt', prompt: words } });
  const queuedOf = (...records: readonly ReturnType<typeof record>[]): readonly string[] =>
    ofKind(stored(readClaude(ask, ...records)), 'message')
      .filter((message) => message.metadata?.via === 'queued')
      .map((message) => message.text);

  it('delivers the words of a real transcript at the removal', () => {
    const { items } = readAll(claudeCode, fixtureLines('claude-queue'));
    const prompts = ofKind(items, 'message').filter((message) => message.as === 'prompt');
    expect(prompts.map((message) => [message.text.slice(0, 40), message.metadata?.via])).toEqual([
      ['are we missing some integration tests fo', 'queued'],
    ]);
  });

  it('pairs operations first in, first out', () => {
    expect(queuedOf(queued('enqueue', 'one'), queued('enqueue', 'two'), queued('remove'))).toEqual(['one']);
  });

  it('tells nothing of words that follow as a user record or were taken back', () => {
    expect(queuedOf(queued('enqueue', 'one'), queued('dequeue'), queued('remove'))).toEqual([]);
    expect(queuedOf(queued('enqueue', 'one'), queued('popAll', 'one'), queued('remove'))).toEqual([]);
    expect(queuedOf(queued('enqueue', 'one'), queued('enqueue', 'two'), queued('popAll'), queued('remove'))).toEqual(
      [],
    );
  });

  it('counts words once that an operation and an attachment tell, in either order', () => {
    expect(queuedOf(queued('enqueue', 'one'), queued('remove'), attached('one'))).toEqual(['one']);
    expect(queuedOf(queued('enqueue', 'one'), attached('one'), queued('remove'))).toEqual(['one']);
    expect(queuedOf(attached('one'))).toEqual(['one']);
  });

  it('gives both ways of telling the same key', () => {
    const key = (...records: readonly ReturnType<typeof record>[]): unknown =>
      ofKind(readClaude(ask, ...records), 'message').at(-1)?.key;
    expect(key(attached('one'))).toEqual(key(queued('enqueue', 'one'), queued('remove')));
  });

  it('keeps the same words apart that were queued in different turns', () => {
    const again = prompt(['b', 'a'], 'More');
    const once = [queued('enqueue', 'go on'), queued('remove')];
    expect(queuedOf(...once, again, ...once)).toEqual(['go on', 'go on']);
  });

  it('keeps the same words apart that were queued twice', () => {
    expect(
      queuedOf(queued('enqueue', 'go on'), queued('remove'), queued('enqueue', 'go on'), queued('remove')),
    ).toEqual(['go on', 'go on']);
  });

  it('gives a queued command as a notice and leaves queued reports of agents out', () => {
    const items = readClaude(ask, queued('enqueue', '<task-notification>x</task-notification>'), queued('remove'));
    expect(spoken(items)).toEqual(['prompt: Start']);
  });
});

describe('refusals in sub-agents', () => {
  it('keeps what a human said to one, in its own conversation', () => {
    const { items } = readAll(claudeCode, fixtureLines('claude-inline-agent'));
    const refusal = ofKind(items, 'message').find((message) => message.metadata?.via === 'refusal');
    expect(refusal).toMatchObject({ session: 'ae59b02', role: 'user', text: 'just look in the local .claude folder' });
  });

  it('hangs a refusal on the call it answers', () => {
    const failed = result('t1', 'the user said:\nno', { is_error: true });
    const items = readClaude(
      prompt(['a', null], 'Go'),
      reply(['b', 'a'], call('t1', 'Bash', { command: 'x' })),
      prompt(['c', 'b'], [failed]),
    );
    expect(ofKind(items, 'message').at(-1)).toMatchObject({ key: ['t1', 'refusal'], replyTo: [uuidOf('a')] });
  });
});
