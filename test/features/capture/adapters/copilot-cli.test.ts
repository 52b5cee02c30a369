import { describe, expect, it } from 'vitest';
import type { Captured } from '../../../../src/core/captured.ts';
import { copilotCli } from '../../../../src/features/capture/adapters/copilot-cli.ts';
import { type CopilotTold, copilotEvents, copilotLines, copilotShutdown, copilotStart } from './copilot-lines.ts';
import { linesFrom, ofKind, readAll, sourceOf, spoken } from './transcript-files.ts';

function read(...events: readonly CopilotTold[]): readonly Captured[] {
  return readAll(copilotCli, linesFrom(copilotEvents(...events)), sourceOf('events', { path: '/s/other/events.jsonl' }))
    .items;
}

const sums = (items: readonly Captured[]) => {
  const usage = ofKind(items, 'usage');
  const sum = (of: (each: (typeof usage)[number]) => number) => usage.reduce((total, each) => total + of(each), 0);
  return [sum((each) => each.fresh), sum((each) => each.cacheRead), sum((each) => each.output)];
};
const message = (outputTokens: number) => ['assistant.message', { content: 'x', model: 'gpt', outputTokens }] as const;

describe('conversations of Copilot CLI', () => {
  it('are named by their first event, else by their folder or file', () => {
    expect(read(copilotStart, ['user.message', { content: 'a' }])[0]).toMatchObject({
      ...{
        kind: 'session',
        session: 'conversation',
        cwd: '/w/app',
        branch: 'main',
        head: 'cbee02b',
        version: '1.0.77',
      },
    });
    expect(read(['user.message', { content: 'a' }])[0]).toMatchObject({ kind: 'session', session: 'other' });
    const older = readAll(copilotCli, linesFrom(copilotEvents(['abort', {}])), sourceOf('older-id')).items;
    expect(older[0]).toMatchObject({ kind: 'session', session: 'older-id' });
  });

  it('hold prompts, replies, interruptions and errors, and a prompt said twice is two', () => {
    const again: CopilotTold = ['user.message', { content: 'Go on', transformedContent: '<x/>Go on' }];
    const items = read(copilotStart, again, message(1), again, ['abort', { reason: 'user' }], ['session.error', {}]);
    expect(spoken(items)).toEqual([
      'prompt: Go on',
      'text: x',
      'prompt: Go on',
      'notice: Aborted: user',
      'notice: error',
    ]);
    const keys = ofKind(items, 'message').map(({ key }) => key.join());
    expect(new Set(keys).size).toBe(keys.length);
  });

  it('tell what a sub-agent did under the one that started it', () => {
    const items = readAll(copilotCli, linesFrom(copilotLines()), sourceOf('events')).items;
    const child = 'conversation/c3';
    expect(ofKind(items, 'session')[1]).toMatchObject({ session: child, parent: 'conversation' });
    const of = items.filter((item) => item.session === child).map(({ kind }) => kind);
    expect(of).toEqual(['session', 'message', 'usage', 'tool-call', 'tool-result']);
  });

  it('change the files that edit tools changed, and those only the end names', () => {
    const edits = ofKind(readAll(copilotCli, linesFrom(copilotLines()), sourceOf('events')).items, 'edit');
    expect(edits.map(({ path, change }) => `${change} ${path}`)).toEqual(['modify /w/app/a', 'modify /w/app/b']);
  });
});

describe('tokens of Copilot CLI', () => {
  const used = (inputTokens: number, outputTokens: number) => ({ inputTokens, cacheReadTokens: 10, outputTokens });

  it('are the output of messages until a process ends, and then all of what it used', () => {
    const open = read(copilotStart, message(5), message(7));
    expect(sums(open)).toEqual([0, 0, 12]);
    expect(ofKind(open, 'note').map(({ metadata }) => metadata)).toEqual([{ tokens_known: { output: true } }]);
    const ended = read(copilotStart, message(5), message(7), copilotShutdown(1, used(100, 12)));
    expect(sums(ended)).toEqual([90, 10, 12]);
    const noted = ofKind(ended, 'note').map(({ metadata }) => metadata);
    expect(noted).toContainEqual({ tokens_known: { input: true, cache: true } });
  });

  it('count the last end of each process, and all processes', () => {
    const items = read(
      copilotStart,
      message(5),
      copilotShutdown(1, used(100, 5)),
      message(6),
      copilotShutdown(1, used(300, 11)),
      ['session.resume', {}],
      message(2),
      copilotShutdown(2, used(50, 4)),
    );
    expect(sums(items)).toEqual([290 + 40, 20, 11 + 4]);
  });
});
