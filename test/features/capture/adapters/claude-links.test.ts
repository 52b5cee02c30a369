import { describe, expect, it } from 'vitest';
import type { JsonValue } from '../../../../src/core/captured.ts';
import {
  addLink,
  addPrompt,
  isLinked,
  type Links,
  promptBefore,
} from '../../../../src/features/capture/adapters/claude-links.ts';
import { call, prompt, readClaude, record, reply, result, text, uuidOf } from './claude-lines.ts';
import { ofKind } from './transcript-files.ts';

type Records = readonly JsonValue[];

function rewound(...records: Records): readonly unknown[] {
  return ofKind(readClaude(...records), 'rewind').map((item) => item.key);
}

const straight: Records = [
  prompt(['p1', null], 'First'),
  reply(['r1', 'p1'], text('done')),
  prompt(['p2', 'r1'], 'Second'),
  reply(['r2', 'p2'], text('done')),
  prompt(['p3', 'r2'], 'Third'),
  reply(['r3', 'p3'], text('done')),
];

describe('rewinds', () => {
  it('finds none in a conversation that only goes on', () => {
    expect(rewound(...straight)).toEqual([]);
  });

  it('finds the prompts a later one left behind, the newest first', () => {
    expect(rewound(...straight, prompt(['p4', 'r1'], 'Second, better'))).toEqual([[uuidOf('p3')], [uuidOf('p2')]]);
  });

  it('tells them again only when they are left behind again', () => {
    const back = prompt(['p4', 'r1'], 'Other way');
    expect(rewound(...straight, back, prompt(['p5', 'p4'], 'And on'))).toHaveLength(2);
    expect(rewound(...straight, back, prompt(['p5', 'r3'], 'The first way after all'))).toEqual([
      [uuidOf('p3')],
      [uuidOf('p2')],
      [uuidOf('p4')],
    ]);
  });

  it('sees a rewind behind records that stand between it and the new prompt', () => {
    const note = record('system', ['s1', 'r1'], { subtype: 'turn_duration' });
    expect(rewound(...straight, note, prompt(['p4', 's1'], 'Again'))).toEqual([[uuidOf('p3')], [uuidOf('p2')]]);
  });

  it('takes a typed prompt without a parent for a rewind to the beginning', () => {
    expect(rewound(...straight, prompt(['p4', null], 'Afresh'))).toHaveLength(3);
  });

  it('takes hooks, notes and commands without a parent for a conversation that goes on', () => {
    const hook = record('progress', ['h1', null], { data: { type: 'hook_progress' } });
    const note = prompt(['n1', null], 'Caveat', { isMeta: true });
    const command = prompt(['c1', null], '<command-name>/model</command-name>');
    expect(rewound(...straight, hook, note, command, prompt(['p4', 'h1'], 'On'))).toEqual([]);
    expect(rewound(...straight, command, prompt(['p4', 'c1'], 'On'))).toEqual([]);
    expect(rewound(...straight, note, prompt(['p4', 'n1'], 'On'))).toEqual([]);
    const summary = prompt(['s1', null], 'So far', { isCompactSummary: true });
    expect(rewound(...straight, summary, prompt(['p4', 's1'], 'On'))).toEqual([]);
  });

  it('goes through progress records, which are links like any other', () => {
    const hook = record('progress', ['h1', 'r3'], { data: { type: 'hook_progress' } });
    expect(rewound(...straight, hook, prompt(['p4', 'h1'], 'On'))).toEqual([]);
  });

  it('takes branches of parallel tool calls for no rewind', () => {
    const calls = [
      reply(['c1', 'r3'], call('t1', 'Read', {})),
      reply(['c2', 'c1'], call('t2', 'Read', {})),
      prompt(['u1', 'c1'], [result('t1', 'a')]),
      prompt(['u2', 'c2'], [result('t2', 'b')]),
    ];
    expect(rewound(...straight, ...calls, prompt(['p4', 'u2'], 'On'))).toEqual([]);
    expect(rewound(...straight, ...calls, prompt(['p4', 'u1'], 'On'))).toEqual([]);
  });

  it('follows the logical parent over a compaction', () => {
    const boundary = record('system', ['b1', null], { subtype: 'compact_boundary', logicalParentUuid: uuidOf('r3') });
    const summary = prompt(['s1', 'b1'], 'So far', { isCompactSummary: true });
    expect(rewound(...straight, boundary, summary, prompt(['p4', 's1'], 'On'))).toEqual([]);
  });

  it('prefers the logical parent to the line before', () => {
    const late = record('system', ['s1', 'r1'], { subtype: 'turn_duration' });
    const boundary = record('system', ['b1', null], { subtype: 'compact_boundary', logicalParentUuid: uuidOf('r3') });
    expect(rewound(...straight, late, boundary, prompt(['p4', 'b1'], 'On'))).toEqual([]);
  });

  it('does not take the progress of an old call for the conversation line before', () => {
    const late = record('progress', ['h1', 'r1'], { data: { type: 'bash_progress' } });
    expect(rewound(...straight, late, prompt(['p4', 'gone'], 'On'))).toEqual([]);
  });

  it('puts the conversation line before in the place of a parent that is not in the file', () => {
    const boundary = record('system', ['b1', null], { subtype: 'compact_boundary', logicalParentUuid: uuidOf('gone') });
    expect(rewound(...straight, boundary, prompt(['p4', 'b1'], 'On'))).toEqual([]);
    expect(rewound(...straight, prompt(['p4', 'gone'], 'On'))).toEqual([]);
  });

  it('takes a prompt written again after a compaction for the same one', () => {
    expect(rewound(...straight, prompt(['p2', 'r1'], 'Second'), prompt(['p4', 'r3'], 'On'))).toEqual([]);
  });
});

describe('the reply tree', () => {
  it('hangs a message on the prompt it descends from, and a prompt on the one before', () => {
    const messages = ofKind(readClaude(...straight, prompt(['p4', 'r1'], 'Other way')), 'message');
    expect(messages.map((message) => message.replyTo?.[0])).toEqual(
      [undefined, 'p1', 'p1', 'p2', 'p2', 'p3', 'p1'].map((name) => (name === undefined ? undefined : uuidOf(name))),
    );
  });
});

describe('a long conversation', () => {
  it('keeps links of the last lines only, and of every prompt that it is one', () => {
    const links: Links = { index: {}, count: 0, older: {}, prompts: [], tip: -1 };
    const uuid = (n: number) => `${n.toString(16).padStart(8, '0')}-0000-4000-8000-000000000000`;
    addPrompt(links, uuid(0), -1);
    for (let n = 1; n <= 50_000; n += 1) addLink(links, uuid(n), 0);
    expect(Object.keys(links.index).length + Object.keys(links.older).length).toBeLessThanOrEqual(20_000);
    expect([isLinked(links, uuid(40_001)), isLinked(links, uuid(20_000))]).toEqual([true, false]);
    expect(promptBefore(links, { parentUuid: uuid(7) })).toBe(0);
    expect(addPrompt(links, uuid(60_000), -1)).toEqual([uuid(0)]);
  });
});
