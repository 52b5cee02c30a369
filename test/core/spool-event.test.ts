import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { limits } from '../../src/core/limits.ts';
import {
  formatSpoolEvent,
  parseSpoolEvent,
  type SpoolEvent,
  type SpoolHeader,
  spoolEventId,
  spoolField,
} from '../../src/core/spool-event.ts';

const bytes = (text: string) => new Uint8Array(Buffer.from(text, 'utf8'));

function parsed(text: string | Uint8Array): SpoolEvent {
  const event = parseSpoolEvent(typeof text === 'string' ? bytes(text) : text);
  if ('bad' in event) throw new Error(event.bad);
  return event;
}

describe('what the sh hooks write', () => {
  test('an agent event with a body', () => {
    const event = parsed(
      'prsist-event 1\nagent claude-code\nevent Stop\npwd /home/añ a/my "project"\n\n{"session_id":"s1","cwd":"/w"}',
    );
    expect(event).toMatchObject({
      agent: 'claude-code',
      event: 'Stop',
      pwd: '/home/añ a/my "project"',
      truncated: false,
    });
    expect(event.body).toEqual({ kind: 'json', value: { session_id: 's1', cwd: '/w' } });
    expect(spoolField(event, 'session_id')).toBe('s1');
    expect(spoolField(event, 'toString')).toBeUndefined();
  });

  test('a git event: header only, arguments repeated, an argument with spaces', () => {
    const event = parsed(
      'prsist-event 1\nagent git\nevent post-checkout\npwd /w\ngit_dir .git\nhead abc\nref refs/heads/main\ninside claude-code\narg a b\narg c\n\n',
    );
    const { bytes: raw, ...rest } = event;
    expect(raw.length).toBe(0);
    expect(rest).toEqual({
      agent: 'git',
      event: 'post-checkout',
      pwd: '/w',
      gitDir: '.git',
      head: 'abc',
      ref: 'refs/heads/main',
      inside: 'claude-code',
      args: ['a b', 'c'],
      truncated: false,
      body: { kind: 'empty' },
    });
  });

  test('a header key this version does not know is skipped', () => {
    expect(parsed('prsist-event 1\nagent a\nevent E\nlater thing\n\n{}').agent).toBe('a');
  });
});

test.each([
  ['', 'empty'],
  ['{"session_id":"x"}\n\n', 'not-an-event'],
  ['prsist-event 2\nagent a\nevent E\n\n{}', 'unknown-version'],
  ['prsist-event 1\nagent a\nevent E\npwd /w\n', 'cut-header'],
  ['prsist-event 1', 'cut-header'],
  ['prsist-event 1\n\n{}', 'bad-header'],
  ['prsist-event 1\nagent a/b\nevent E\n\n{}', 'bad-header'],
  ['prsist-event 1\nagent\nevent E\n\n{}', 'bad-header'],
])('%j is %s', (text, bad) => {
  expect(parseSpoolEvent(bytes(text))).toEqual({ bad });
});

describe('bodies that are cut or no JSON', () => {
  test('one byte more than the limit marks it truncated; ids are still found', () => {
    const body = bytes(`{"session_id":"s1","cwd":"/w","prompt":"${'x'.repeat(limits.spoolBodyBytes)}`);
    const event = parsed(formatSpoolEvent({ agent: 'codex', event: 'UserPromptSubmit', args: [] }, body));
    expect([event.truncated, event.bytes.length, event.body.kind]).toEqual([true, limits.spoolBodyBytes, 'scanned']);
    expect(spoolField(event, 'session_id')).toBe('s1');
    expect(spoolField(event, 'cwd')).toBe('/w');
  });

  test('exactly the limit is whole', () => {
    const body = bytes(`"${'x'.repeat(limits.spoolBodyBytes - 2)}"`);
    expect(parsed(formatSpoolEvent({ agent: 'a', event: 'E', args: [] }, body))).toMatchObject({
      truncated: false,
      body: { kind: 'json' },
    });
  });

  test('the scan is not fooled by text inside a string, and undoes escapes', () => {
    const event = parsed(
      'prsist-event 1\nagent a\nevent E\n\n{"prompt":"say \\"session_id\\":\\"evil\\" now","session_id": "good","cwd":"/\\u00fc \\"x\\"","tool',
    );
    expect(spoolField(event, 'session_id')).toBe('good');
    expect(spoolField(event, 'cwd')).toBe('/ü "x"');
  });

  test('the first of two wins', () => {
    const event = parsed('prsist-event 1\nagent a\nevent E\n\n{"cwd":"/one","cwd":"/two",');
    expect(spoolField(event, 'cwd')).toBe('/one');
  });
});

test('the id depends on name, time and bytes', () => {
  const file = { name: 'a.evt', mtimeNs: 5n, bytes: bytes('x') };
  expect(spoolEventId(file)).toMatch(/^[0-9a-f]{64}$/);
  const others = [
    { ...file, name: 'b.evt' },
    { ...file, mtimeNs: 6n },
    { ...file, bytes: bytes('y') },
  ];
  expect(new Set([file, { ...file }, ...others].map(spoolEventId)).size).toBe(4);
});

test('a name that is no name is refused when writing', () => {
  expect(() => formatSpoolEvent({ agent: 'a\nb', event: 'E', args: [] }, bytes(''))).toThrow(/not a name/);
});

describe('properties', () => {
  const name = fc.stringMatching(/^[A-Za-z0-9._-]{1,20}$/);
  const line = fc
    .string({ unit: 'grapheme', minLength: 1 })
    .filter((text) => text.isWellFormed() && !text.includes('\n'));
  const header: fc.Arbitrary<SpoolHeader> = fc.record(
    { agent: name, event: name, pwd: line, gitDir: line, head: line, ref: line, inside: line, args: fc.array(line) },
    { requiredKeys: ['agent', 'event', 'args'] },
  );

  test('written and read again it is the same', () => {
    fc.assert(
      fc.property(header, fc.json(), (head, json) => {
        const { bytes: raw, truncated, body, ...rest } = parsed(formatSpoolEvent(head, bytes(json)));
        expect(rest).toEqual(head);
        expect(Buffer.from(raw).toString('utf8')).toBe(json);
        expect(truncated).toBe(false);
        expect(body).toEqual({ kind: 'json', value: JSON.parse(json) });
      }),
    );
  });

  test('garbage never throws, neither alone nor after a good header nor as a cut file', () => {
    const good = formatSpoolEvent({ agent: 'a', event: 'E', pwd: '/w', args: ['x'] }, bytes('{"session_id":"s"}'));
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), fc.nat(good.length), (noise, cut) => {
        parseSpoolEvent(noise);
        parseSpoolEvent(Buffer.concat([bytes('prsist-event 1\n'), noise]));
        const event = parsed(Buffer.concat([bytes('prsist-event 1\nagent a\nevent E\n\n'), noise]));
        expect(Buffer.from(event.bytes)).toEqual(Buffer.from(noise));
        parseSpoolEvent(good.subarray(0, cut));
      }),
    );
  });

  test('deeply nested garbage does not overflow the stack', () => {
    expect(parsed(`prsist-event 1\nagent a\nevent E\n\n${'['.repeat(200_000)}`).body.kind).toBe('scanned');
  });
});
