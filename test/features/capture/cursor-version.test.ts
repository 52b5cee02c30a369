import fs from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { cursorKnows, cursorVersion } from '../../../src/features/capture/install/cursor-version.ts';
import { planUserHooks } from '../../../src/features/capture/install/plan.ts';
import { temporaryDirectory } from '../../store/temporary-store.ts';
import { factsOf } from './install-facts.ts';

test('IN74: only events that the installed Cursor knows are written; where nobody knows it, all', () => {
  const home = temporaryDirectory();
  const app = join(home, 'opt/Cursor/resources/app');
  for (const path of [app, join(home, '.cursor')]) fs.mkdirSync(path, { recursive: true });
  const install = (product: string) => fs.writeFileSync(join(app, 'product.json'), product);
  const plan = () => {
    const homes = { home, moved: {}, top: home };
    const all = planUserHooks(factsOf(home).facts, homes, { agents: ['cursor'], form: 'sh', mcp: false });
    const edit = all.operations.find(({ path }) => path.endsWith('.cursor/hooks.json'));
    const text = edit?.kind === 'edit' ? (edit.after ?? '{}') : '{}';
    return { events: Object.keys(JSON.parse(text).hooks ?? {}).sort(), notes: all.notes.map(({ message }) => message) };
  };
  const work = ['afterAgentResponse', 'afterFileEdit', 'afterShellExecution', 'beforeSubmitPrompt', 'stop'];
  const every = [...work, 'preCompact', 'sessionEnd', 'sessionStart'].sort();
  expect(plan()).toEqual({ events: every, notes: [] });
  install('{"version": "2.0.77", "vscodeVersion": "1.99.3"}');
  expect(cursorVersion('/nowhere', home)).toBe('2.0.77');
  expect(plan()).toEqual({ events: work, notes: [] });
  install('{"version": "2.6.11", "vscodeVersion": "1.105.1"}');
  expect(plan()).toEqual({ events: every, notes: [] });
  install('{"version": "1.5.9", "vscodeVersion": "1.99.3"}');
  expect(plan()).toEqual({ events: [], notes: [expect.stringContaining('Cursor 1.5.9 knows no hooks')] });
  for (const other of ['{"version": "1.6.0"}', 'no JSON']) {
    install(other);
    expect(plan()).toEqual({ events: every, notes: [] });
  }
  expect(['0.50.1', '1.7.0', '2.3.9', '2.4.0', '3.0.0'].map(cursorKnows)).toEqual([
    'none',
    'work',
    'work',
    'all',
    'all',
  ]);
});
