import fs from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { GivenRule } from '../../src/core/alert-rules.ts';
import { metricHelp } from '../../src/core/metric-names.ts';
import { Alerts } from '../../src/daemon/alerts.ts';
import type { Moment } from '../../src/daemon/event-stream.ts';
import { healthGauges, linkGauges, syncGauges } from '../../src/daemon/gauges.ts';
import { gauge } from '../../src/daemon/metrics.ts';
import { noticeProgram } from '../../src/platform/desktop.ts';
import { temporaryDirectory } from '../store/temporary-store.ts';
import { health } from './wired-world.ts';

const minute = 60_000;

function world() {
  const state = { now: 1_771_147_142_000, enabled: true, rules: [] as GivenRule[] };
  const told: Moment[] = [];
  const shown: { title: string; text: string }[] = [];
  const file = join(temporaryDirectory(), 'alerts.json');
  const open = () =>
    new Alerts({
      ...{ file, settings: () => state, clock: () => state.now },
      ...{ tell: (moment) => void told.push(moment), show: (notice) => void shown.push(notice) },
    });
  return { state, told, shown, file, open };
}

const full = [gauge('prsist_disk_free_bytes', 1)];
const roomy = [gauge('prsist_disk_free_bytes', 1e12)];

test('AL6: what is raised stands in health since it began; it is told and shown once, and when it is over', () => {
  const { state, told, shown, open } = world();
  state.rules = [{ name: 'disk-low', notify: 'desktop', for_minutes: 2 }];
  const alerts = open();
  const since = new Date(state.now).toISOString();
  for (let i = 0; i < 5; i += 1) {
    alerts.look(full);
    expect(alerts.raised.length).toBe(i >= 2 ? 1 : 0);
    state.now += minute;
  }
  expect(alerts.raised).toMatchObject([{ name: 'disk-low', since, value: 1, above: null, labels: {} }]);
  alerts.look(roomy);
  expect(alerts.raised).toEqual([]);
  expect(told.map(({ event }) => event)).toEqual(['alert.raised', 'alert.cleared']);
  expect(shown).toHaveLength(1);
});

test('AL7: a daemon that comes after goes on with what holds, and shows nothing twice; a torn file is passed over', () => {
  const { state, shown, told, file, open } = world();
  state.rules = [{ name: 'disk-low', notify: 'desktop' }];
  open().look(full);
  const later = open();
  later.look(full);
  expect(later.raised).toHaveLength(1);
  expect(shown).toHaveLength(1);
  expect(told).toHaveLength(1);
  for (const torn of ['[["disk-low",', '{}', '[1,null,[2]]']) {
    fs.writeFileSync(file, torn);
    expect(() => open().look(roomy), torn).not.toThrow();
  }
});

test('AL8: nothing is asked to show itself unless its rule says so, and nothing is raised where alerts are off', () => {
  const { state, shown, open } = world();
  const alerts = open();
  alerts.look(full);
  expect(alerts.raised).toHaveLength(1);
  state.enabled = false;
  alerts.look(full);
  expect(alerts.raised).toEqual([]);
  expect(shown).toEqual([]);
});

test('AL9: the program of the system shows a notice, its words as arguments or variables and in no script', () => {
  const notice = { title: 'a"; rm', text: "$(b) '" };
  expect(noticeProgram(notice, {}, 'linux')).toBeUndefined();
  expect(noticeProgram(notice, { DISPLAY: ':0' }, 'linux')).toEqual({
    ...{ program: 'notify-send', args: ['--app-name=prsist', '--', notice.title, notice.text] },
  });
  const mac = noticeProgram(notice, {}, 'darwin');
  expect(mac?.args.slice(-2)).toEqual([notice.title, notice.text]);
  expect(noticeProgram(notice, {}, 'win32')?.args.join(' ')).not.toContain('rm');
});

test('AL10: what the parts of the daemon say becomes numbers, each under a name that rules may use', () => {
  const link = (state: 'broken' | 'degraded') => ({ link: 'event' as const, state, what: '', fix: '' });
  const weak = (['broken', 'broken', 'degraded'] as const).map((state) => {
    return { project_id: 'p', project: 'shop', agent: 'codex', link: link(state) };
  });
  const row = { name: 'home', last_ok_at: 1_000 };
  const remote = { row, running: false, pending: 7, error: undefined, isStopped: true };
  const all = [...healthGauges(health), ...linkGauges(weak), ...syncGauges([remote], 61_000)];
  const value = (name: string) => all.find((each) => each.name === name)?.values;
  expect(value('prsist_up')).toEqual([[{}, 1]]);
  expect(value('prsist_capture_broken_links')).toEqual([[{ agent: 'codex' }, 2]]);
  expect(value('prsist_capture_degraded_links')).toEqual([[{ agent: 'codex' }, 1]]);
  expect(value('prsist_sync_stopped')).toEqual([[{ remote: 'home' }, 1]]);
  expect(value('prsist_sync_failing')).toEqual([[{ remote: 'home' }, 0]]);
  expect(value('prsist_sync_pending_records')).toEqual([[{ remote: 'home' }, 7]]);
  expect(value('prsist_sync_since_ok_seconds')).toEqual([[{ remote: 'home' }, 60]]);
  expect(all.filter(({ name }) => !(name in metricHelp))).toEqual([]);
});
