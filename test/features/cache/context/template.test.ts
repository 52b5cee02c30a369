import fs from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { filled, parseTemplate } from '../../../../src/features/cache/context/template.ts';
import { listTemplates, Templates } from '../../../../src/features/cache/context/templates.ts';
import { temporaryDirectory } from '../../../store/temporary-store.ts';
import { given, shippedTemplates } from './given.ts';

const parsed = (text: string) => parseTemplate({ path: 't.md', text });

test('PC520: what stands before the first changing name is the head; a heading goes with the name below it', () => {
  const { head, tail } = parsed(
    '# Go on\n\nRead {{project}}.\n\n## Asked\n{{ask}}\n\nThen:\n\n## Git\nNow: {{git}}\nEnd',
  );
  expect(head).toBe('# Go on\n\nRead {{project}}.\n\n');
  expect(tail).toEqual([
    { kind: 'slot', name: 'ask', lead: '## Asked\n' },
    { kind: 'text', text: '\n\nThen:\n\n' },
    { kind: 'slot', name: 'git', lead: '## Git\nNow: ' },
    { kind: 'text', text: '\nEnd' },
  ]);
  expect(filled(head, { project: 'shop', agent: 'codex' })).toContain('Read shop.');
  expect(parsed('no names')).toEqual({ head: 'no names', tail: [] });
});

test('PC521: a name that is none, or is not closed, is an error with file, line and what was meant', () => {
  const fault = (text: string) => {
    try {
      parsed(text);
    } catch (error) {
      return error;
    }
    return undefined;
  };
  expect(fault('a\n\n{{tsks}}')).toMatchObject({
    code: 'config/invalid',
    message: 't.md:3: {{tsks}} is no placeholder',
    hint: expect.stringContaining('did you mean {{tasks}}?'),
  });
  expect(fault('<!-- two\nlines -->\n{{ask\n')).toMatchObject({ message: 't.md:3: {{ask is not closed by }}' });
  expect(fault('{{xyzzy}}')).toMatchObject({ hint: expect.stringContaining('known: project, agent, handoff') });
  expect(fault('\\{{nothing}} <!-- {{nothing}} -->')).toBeUndefined();
  expect(filled('\\{{ask}}', { project: '', agent: '' })).toBe('{{ask}}');
});

test('PC522: every shipped template is right, says what it is for, and a file of the same name takes its place', () => {
  const own = temporaryDirectory();
  const places = { shipped: shippedTemplates, own };
  const before = listTemplates(places);
  expect(before.map(({ name, source, fault }) => [name, source, fault])).toEqual(
    ['brief', 'handoff', 'resume', 'review'].map((name) => [name, 'shipped', null]),
  );
  expect(before.filter(({ about }) => about === '')).toEqual([]);
  const templates = new Templates(places);
  const now = Date.now() + 60_000;
  const shipped = templates.get('review', now);
  fs.writeFileSync(join(own, 'review.md'), 'mine {{git}}');
  fs.writeFileSync(join(own, 'plan.md'), '{{nonsense}}');
  fs.writeFileSync(join(own, 'Not A Name.md'), 'x');
  expect(templates.get('review', now).head).toBe('');
  expect(listTemplates(places).map(({ name, source }) => `${name} ${source}`)).toEqual([
    ...['brief shipped', 'handoff shipped', 'plan own', 'resume shipped', 'review changed'],
  ]);
  expect(listTemplates(places).find(({ name }) => name === 'plan')?.fault).toContain('plan.md:1: {{nonsense}}');
  expect(() => templates.get('plan', now)).toThrow(expect.objectContaining({ code: 'config/invalid' }));
  expect(() => templates.get('nope', now)).toThrow(expect.objectContaining({ code: 'template/not-found' }));
  fs.rmSync(join(own, 'review.md'));
  expect(templates.get('review', now)).toEqual(shipped);
});

test('PC523: names without anything to say vanish with their headings; the head stays byte for byte the same', async () => {
  const empty = await given().load({ template: 'review' });
  expect(empty.segments.map(({ slot }) => slot)).toEqual(['frame', 'template:review']);
  const sources = { tasks: () => [{ id: 't-1', description: 'mend it', status: 'open', priority: 'high' }] };
  const full = await given({ sources }).load({ template: 'review' });
  expect(full.segments.slice(0, 2)).toEqual(empty.segments);
  expect(full.segments[2]).toMatchObject({
    ...{ slot: 'now:tasks', kind: 'dynamic', place: 'messages', role: 'user' },
    text: '## Open tasks\n- [t-1] mend it (open, high)\n',
  });
});
