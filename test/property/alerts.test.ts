import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type AlertRule, alertRules, defaultAlertRules, readAlertRule } from '../../src/core/alert-rules.ts';
import { evaluate, type Known, type Measure } from '../../src/core/alerts.ts';

const seed = 20261121;
const minute = 60_000;

const rules = fc
  .record({ minutes: fc.integer({ min: 0, max: 6 }), bound: fc.integer({ min: -3, max: 3 }), isAbove: fc.boolean() })
  .map(
    ({ minutes, bound, isAbove }): AlertRule => ({
      ...{ name: 'r', metric: 'prsist_spool_waiting', labels: {}, for_minutes: minutes, notify: 'status', says: 's' },
      ...{ above: isAbove ? bound : undefined, below: isAbove ? undefined : bound },
    }),
  );

/** What one series was at each minute; undefined: it was not there. */
const series = fc.array(fc.option(fc.integer({ min: -4, max: 4 }), { nil: undefined }), { maxLength: 40 });

const isOut = ({ above, below }: AlertRule, value: number | undefined) =>
  value !== undefined && ((above !== undefined && value > above) || (below !== undefined && value < below));

/** Raised at minute i: out of bounds then, and at each minute of the time the rule asks for before it. */
function mustBeRaised(rule: AlertRule, values: readonly (number | undefined)[], i: number): boolean {
  if (i < rule.for_minutes) return false;
  return values.slice(i - rule.for_minutes, i + 1).every((value) => isOut(rule, value));
}

function play(rule: AlertRule, values: readonly (number | undefined)[]) {
  let known: Known = new Map();
  return values.map((value, i) => {
    const measures: Measure[] = [{ name: rule.metric, values: value === undefined ? [] : [[{ a: 'b' }, value]] }];
    const found = evaluate([rule], measures, { known, now: i * minute });
    known = new Map(found.holding.map(({ id, since, isRaised }) => [id, { since, isRaised }]));
    return found;
  });
}

test('AL1: a rule is raised exactly when it has held for as long as it says, and told of once until it holds no more', () => {
  fc.assert(
    fc.property(rules, series, (rule, values) => {
      const looks = play(rule, values);
      let isRaised = false;
      looks.forEach(({ holding, raised, cleared }, i) => {
        const should = mustBeRaised(rule, values, i);
        expect(
          holding.some((each) => each.isRaised),
          `${i}`,
        ).toBe(should);
        expect(raised.length).toBe(should && !isRaised ? 1 : 0);
        expect(cleared.length).toBe(!should && isRaised ? 1 : 0);
        isRaised = should;
      });
    }),
    { seed, numRuns: 1_000 },
  );
});

test('AL2: labels choose the values a rule is about, and each set of labels is an alert of its own', () => {
  const labels = fc.dictionary(fc.constantFrom('a', 'b'), fc.constantFrom('1', '2'));
  fc.assert(
    fc.property(
      fc.uniqueArray(labels, { selector: (each) => JSON.stringify(Object.entries(each).sort()) }),
      labels,
      (of, wanted) => {
        const [first] = defaultAlertRules;
        const rule = { ...(first as AlertRule), metric: 'prsist_up' as const, below: 1, labels: wanted };
        const measures = [{ name: 'prsist_up', values: of.map((each) => [each, 0] as const) }];
        const { holding } = evaluate([rule], measures, { known: new Map(), now: 0 });
        const meant = of.filter((each) => Object.entries(wanted).every(([name, value]) => each[name] === value));
        expect(holding.map((each) => each.labels)).toEqual(meant);
        expect(new Set(holding.map(({ id }) => id)).size).toBe(meant.length);
      },
    ),
    { seed, numRuns: 500 },
  );
});

test('AL3: a clock that goes back makes no rule wait longer than it says', () => {
  const [, disk] = defaultAlertRules;
  const rule = { ...(disk as AlertRule), for_minutes: 5 };
  const measures = [{ name: rule.metric, values: [[{}, 0] as const] }];
  let known: Known = new Map();
  const look = (now: number) => {
    const found = evaluate([rule], measures, { known, now });
    known = new Map(found.holding.map(({ id, since, isRaised }) => [id, { since, isRaised }]));
    return found.holding[0]?.isRaised;
  };
  expect(look(100 * minute)).toBe(false);
  expect(look(0)).toBe(false);
  expect(look(5 * minute)).toBe(true);
  expect(look(1 * minute)).toBe(true); // what is raised stays so
});

test('AL4: a rule of a file changes ours by its name, switches it off, or is a new one', () => {
  const given = [
    { name: 'disk-low', below: 5, notify: 'desktop' },
    { name: 'spool-full', off: true },
    { name: 'mine', metric: 'prsist_spool_bad', above: 3, for_minutes: 2, says: 'look' },
  ].map((each) => {
    const read = readAlertRule(each);
    if ('fault' in read) throw new Error(read.fault);
    return read;
  });
  const all = new Map(alertRules(given).map((rule) => [rule.name, rule]));
  expect(all.get('disk-low')).toMatchObject({
    metric: 'prsist_disk_free_bytes',
    below: 5,
    above: undefined,
    notify: 'desktop',
  });
  expect(all.get('disk-low')?.says).toContain('disk');
  expect(all.has('spool-full')).toBe(false);
  expect(all.get('mine')).toMatchObject({ above: 3, below: undefined, labels: {}, notify: 'status', says: 'look' });
  expect(all.size).toBe(defaultAlertRules.length);
});

test.each([
  [{ name: 'x', metric: 'prsist_nothing', above: 1 }, 'metric'],
  [{ name: 'x', above: 1 }, 'metric'],
  [{ name: 'x', metric: 'prsist_up' }, 'above'],
  [{ name: 'x', metric: 'prsist_up', above: 1, below: 2 }, 'above'],
  [{ name: 'X y', metric: 'prsist_up', above: 1 }, 'name'],
  [{ name: 'x', metric: 'prsist_up', above: 1, says: 'two\nlines' }, 'says'],
  [{ name: 'x', metric: 'prsist_up', above: 1, else: 1 }, ''],
])('AL5: what is no rule is refused, with its place: %j', (given, at) => {
  const read = readAlertRule(given);
  expect('fault' in read && (read.at[0] ?? '')).toBe(at);
});
