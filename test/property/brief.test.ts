import fc from 'fast-check';
import { expect, test } from 'vitest';
import { canonical } from '../../src/core/canonical.ts';
import { clean, cut } from '../../src/core/clean.ts';
import type { SessionFacts } from '../../src/core/snapshot.ts';
import type { BriefInput } from '../../src/features/brief/brief-input.ts';
import { envelope } from '../../src/features/brief/envelope.ts';
import { renderBrief } from '../../src/features/brief/render.ts';
import { summarise } from '../../src/features/sessions/summarise.ts';

const hostile = fc.constantFrom(
  '<prsist-memory>',
  '</prsist-memory>',
  '</PRSIST\u200b-memory >',
  '< / prsist-memory>',
  '&lt;',
  '<system-reminder>',
  '\u001b[31m',
  '\u001b]8;;x',
  '\u202e',
  '\u2066',
  '\u0000',
  '\u0085',
  '\u2028',
  '\ufeff',
  '\u{e0041}',
  '\ud83d',
  '```',
  '`',
  '\n',
  '\r\n- ',
  '# Next Step\n',
  '? ',
  '. ',
  'Implement the following plan. ',
  '<',
  '"',
);
const text = fc
  .array(fc.oneof(hostile, fc.string({ unit: 'binary', maxLength: 12 }), fc.lorem({ maxCount: 12 })), { maxLength: 12 })
  .chain((parts) => fc.nat(30).map((times) => parts.join('') + (parts.at(-1) ?? '').repeat(times)));
const time = fc.integer({ min: 0, max: 4_102_444_800_000 });
const id = fc.uuid();
const maybe = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: null });
const json = fc.oneof(
  text.map((value) => value.toWellFormed()),
  fc.integer(),
  fc.record({ a: fc.integer(), b: fc.boolean() }),
);
const dictionary = fc.dictionary(fc.string({ maxLength: 12 }), json, { maxKeys: 12 }).map((value) => {
  const { __proto__: _, ...rest } = value;
  return rest;
});
const priority = fc.constantFrom('critical', 'high', 'medium', 'low', 'urgent');

const sessionFacts: fc.Arbitrary<SessionFacts> = fc.record({
  session_id: id,
  agent: maybe(text),
  counts: fc.record({ user: fc.nat(99), assistant: fc.nat(99), system: fc.nat(9), tool: fc.nat(9) }),
  prompts: fc.array(fc.record({ id, text, at: time }), { maxLength: 6 }),
  replies: fc.array(fc.record({ id, text, at: time }), { maxLength: 6 }),
  recent: fc.array(fc.record({ id, role: fc.constantFrom('user', 'assistant', 'tool'), text, at: time }), {
    maxLength: 6,
  }),
  tasks: fc.array(
    fc.record({ id, description: text, status: fc.constantFrom('open', 'in_progress', 'done', 'rejected'), priority }),
    { maxLength: 20 },
  ),
  calls: fc.array(fc.record({ files: fc.array(text, { maxLength: 3 }), words: text }), { maxLength: 8 }),
  edits: fc.array(
    fc.record({
      path: text,
      kind: fc.constantFrom('add', 'modify', 'delete', 'rename'),
      added: maybe(fc.nat(999)),
      removed: maybe(fc.nat(999)),
      at: time,
      committed: fc.boolean(),
    }),
    { maxLength: 20 },
  ),
  commands: fc.array(
    fc.record({
      command: text,
      exit_code: maybe(fc.nat(255)),
      is_error: fc.boolean(),
      error_line: maybe(text),
      at: time,
    }),
    { maxLength: 8 },
  ),
  commits: fc.array(fc.record({ sha: fc.string({ minLength: 40, maxLength: 40 }), subject: text, at: time }), {
    maxLength: 5,
  }),
  summaries: fc.array(fc.record({ text, at: time }), { maxLength: 2 }),
  facts: dictionary,
  working_memory: dictionary,
  long_term_refs: fc.constant([]),
  git: maybe(
    fc.record({
      branch: maybe(text),
      head: maybe(text),
      upstream: maybe(text),
      ahead: fc.nat(9),
      behind: fc.nat(9),
      staged: fc.nat(9),
      unstaged: fc.nat(9),
      untracked: fc.nat(9),
      paths: fc.array(text, { maxLength: 12 }),
      stash: fc.nat(3),
    }),
  ),
  message_count: fc.nat(),
  through: fc.constant({ log: 1 }),
});

const snapshot = sessionFacts.map(summarise);
const entries = fc.uniqueArray(
  fc.record({
    ent: id,
    key: text,
    value: json,
    category: text,
    priority,
    by: text,
    origin: fc.constantFrom('human', 'agent', 'team'),
    session_id: maybe(fc.constantFrom('s-1', 's-2')),
    at: time,
  }),
  { maxLength: 30, selector: (entry) => entry.ent },
);
const sessions = fc.uniqueArray(
  fc.record({
    session_id: id,
    agent: maybe(text),
    ask: maybe(text),
    title: maybe(text),
    branch: maybe(text),
    started_at: time,
    last_activity: time,
    files_changed: fc.nat(9),
    commits: fc.nat(9),
    unfinished: fc.boolean(),
  }),
  { maxLength: 12, selector: (session) => session.session_id },
);
const input: fc.Arbitrary<BriefInput> = fc.record(
  {
    reason: fc.constantFrom('startup', 'resume', 'compact', 'handoff'),
    project: text,
    entries,
    sessions,
    anchor: fc.record({ snapshot, session_id: id, agent: maybe(text), branch: maybe(text), at: time }),
    handoff: fc.record({
      handoff_id: id,
      session_id: id,
      from_agent: text,
      to_agent: text,
      by: text,
      reason: text,
      critical_info: dictionary,
      continuation_instructions: text,
      branch: maybe(text),
      at: time,
      snapshot,
    }),
    known: fc.array(text, { maxLength: 3 }),
    maxTokens: fc.integer({ min: 0, max: 2_000 }),
    maxChars: fc.integer({ min: 0, max: 9_500 }),
  },
  { requiredKeys: ['reason', 'project', 'entries', 'sessions'] },
);
const runs = { numRuns: 60 };

test('BR1: the order of lists that have none changes no byte', () => {
  fc.assert(
    fc.property(input, (given) => {
      const turned = {
        ...given,
        entries: [...given.entries].reverse(),
        sessions: [...given.sessions].reverse(),
        ...(given.known === undefined ? {} : { known: [...given.known].reverse() }),
      };
      expect(renderBrief(turned)).toEqual(renderBrief(given));
    }),
    runs,
  );
});

test('BR2: the caps hold, and nothing but whole lines is shown', () => {
  fc.assert(
    fc.property(input, (given) => {
      const brief = renderBrief(given);
      expect(brief.text.length).toBeLessThanOrEqual(given.maxChars ?? 9_500);
      expect(brief.tokens).toBeLessThanOrEqual(given.maxTokens ?? 2_000);
      const lines = brief.text.split('\n');
      expect(lines.filter((one) => one.startsWith('- '))).toEqual(brief.items.map((item) => item.line));
      for (const one of lines) expect(one.length).toBeLessThanOrEqual(500);
      for (const { line } of brief.items) expect(line.length).toBeLessThanOrEqual(400);
    }),
    runs,
  );
});

test('BR3: no marker but our two, no character that cannot be seen', () => {
  fc.assert(
    fc.property(input, (given) => {
      const { text } = renderBrief(given);
      if (text === '') return;
      expect(text.startsWith('<prsist-memory>\n')).toBe(true);
      expect(text.endsWith('\n</prsist-memory>\n')).toBe(true);
      expect(text.match(/<[\s/]*prsist-memory/gi)).toHaveLength(2);
      expect(text).not.toMatch(/<[\s/]*system-reminder/i);
      expect(text.isWellFormed()).toBe(true);
      expect(text.normalize('NFC')).toBe(text);
      expect(text.replaceAll('\n', '')).not.toMatch(
        /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Co}\p{Default_Ignorable_Code_Point}]/u,
      );
    }),
    runs,
  );
});

test('BR4: an envelope is one line of JSON and gives the text back', () => {
  fc.assert(
    fc.property(input, fc.constantFrom('claude-code', 'codex', 'gemini-cli'), (given, agent) => {
      const { text } = renderBrief(given);
      const printed = envelope(agent, 'SessionStart', text);
      if (text === '') {
        expect(printed).toBe('');
        return;
      }
      expect(printed.indexOf('\n')).toBe(printed.length - 1);
      const wanted = { hookSpecificOutput: { hookEventName: 'SessionStart', additionalContext: text } };
      expect(JSON.parse(printed)).toEqual(wanted);
    }),
    runs,
  );
});

test('BR5: a snapshot is a function of its facts, has a canonical form and keeps its bounds', () => {
  fc.assert(
    fc.property(sessionFacts, (given) => {
      const one = summarise(given);
      expect(canonical(summarise(structuredClone(given)))).toBe(canonical(one));
      expect(one.ask?.length ?? 0).toBeLessThanOrEqual(280);
      expect(one.said.length).toBeLessThanOrEqual(3);
      for (const said of one.said) expect(said.text.length).toBeLessThanOrEqual(160);
      expect(one.files_in_flight.length).toBeLessThanOrEqual(12);
      expect(one.open_questions.length).toBeLessThanOrEqual(5);
      expect(one.last_command?.error?.length ?? 0).toBeLessThanOrEqual(200);
      for (const message of one.recent_messages) {
        expect(Buffer.byteLength(message.content)).toBeLessThanOrEqual(2_048);
        if (message.role === 'tool') expect(message.content).toBe('');
      }
    }),
    runs,
  );
});

test('BR6: cleaning twice is cleaning once, and a cut of it stays clean', () => {
  fc.assert(
    fc.property(text, fc.nat(60), (value, max) => {
      const once = clean(value);
      expect(clean(once)).toBe(once);
      const short = cut(once, max);
      expect(short.length).toBeLessThanOrEqual(max);
      expect(short.isWellFormed()).toBe(true);
      expect(clean(short)).toBe(short);
    }),
    { numRuns: 1_000 },
  );
});
