// What a memory package holds, and what came of it, in words for people.
import { type Printer, plural, size } from './print.ts';
import { oneLine } from './text.ts';

type Result = Readonly<Record<string, unknown>>;
type Counts = Readonly<Record<string, number>>;

const reasons: Readonly<Record<string, string>> = {
  sensitive: 'marked sensitive',
  quarantined: 'in quarantine',
  thinking: 'thinking of agents',
  scope: 'of another scope',
  'tool output': 'tool calls with their output',
  work: 'edits of files',
  rewound: 'taken back in the conversation',
  unfit: 'too large or of another form',
};

const outcomes: Readonly<Record<string, string>> = {
  new: 'new',
  known: 'known',
  kept: 'ours kept',
  merged: 'merged',
  replaced: 'replaced',
  copied: 'copied beside',
  left: 'not taken from a stranger',
};

/** What goes in and what stays, kind by kind. */
export function printContent(print: Printer, result: Result): void {
  const [content, leftOut] = [members(result.content), members(result.left_out)];
  const kinds = [...new Set([...Object.keys(content), ...Object.keys(leftOut)])];
  if (kinds.length === 0) print.note('there is nothing to export');
  print.table(kinds.map((kind) => [kind, String(content[kind] ?? 0), leftOutOf(leftOut[kind])]));
}

function leftOutOf(counts: unknown): string {
  const all = Object.entries(members(counts)).map(([why, count]) => `${count} ${reasons[why] ?? why}`);
  return all.length === 0 ? '' : `left out: ${all.join(', ')}`;
}

/** What was written. */
export function printExported(print: Printer, result: Result): void {
  printContent(print, result);
  const to = Array.isArray(result.sealed_to) ? plural(result.sealed_to.length, 'recipient') : result.sealed_to;
  print.line(`${oneLine(String(result.path))}  ${size(Number(result.bytes))}, sealed to ${to}`);
  printRedacted(print, result);
  print.note(`package ${result.package_id}: take it in elsewhere with prsist import <file>`);
}

function printRedacted(print: Printer, result: Result): void {
  const secrets = Object.entries(members(result.redacted)).map(([kind, count]) => `${oneLine(kind)} ${count}`);
  if (secrets.length > 0) print.line(`replaced  ${secrets.join(', ')}`);
}

/** Days of which it brings numbers. */
function printInsights(print: Printer, { insights }: Result): void {
  if (!Array.isArray(insights) || insights.length === 0) return;
  // the daemon answers {day, numbers} by its own type
  const days = insights as readonly { readonly day: string; readonly numbers: Counts }[];
  const sums = days.reduce<Record<string, number>>((all, { numbers }) => {
    for (const [name, value] of Object.entries(numbers)) all[name] = (all[name] ?? 0) + value;
    return all;
  }, {});
  const told = Object.entries(sums).map(([name, value]) => `${oneLine(name).replaceAll('_', ' ')} ${value}`);
  print.line(`numbers of ${plural(days.length, 'day')}: ${told.join(', ')}`);
}

/** Whose a package is. */
function printSender(print: Printer, result: Result): void {
  const word = (name: string) => oneLine(String(result[name] ?? ''));
  print.line(
    `package ${word('package_id')} of ${word('name')}, made by ${word('device')} on ${word('made_at').slice(0, 10)}`,
  );
  if (result.is_member === true) return;
  print.warn('its device does not belong to you: what it says is in quarantine until you trust it (prsist trust list)');
}

/** What each strategy would do. */
export function printPreview(print: Printer, result: Result): void {
  printSender(print, result);
  const strategies = members(result.strategies);
  print.table(
    Object.entries(strategies).flatMap(([strategy, kinds]) =>
      Object.entries(members(kinds)).map(([kind, counts]) => [strategy, kind, outcomesOf(counts)]),
    ),
  );
  printInsights(print, result);
  printRedacted(print, result);
  print.note('nothing was taken in');
}

/** What came of it. */
export function printTakenIn(print: Printer, result: Result): void {
  printSender(print, result);
  print.table(Object.entries(members(result.outcomes)).map(([kind, counts]) => [kind, outcomesOf(counts)]));
  if (Number(result.unknown) > 0) print.line(`${plural(Number(result.unknown), 'record')} of kinds not known here`);
  printInsights(print, result);
  printRedacted(print, result);
  print.line(`${plural(Number(result.records_added), 'record')} added`);
  if (Number(result.records_added) > 0) print.note(`undo it: prsist import --undo ${result.package_id}`);
}

function outcomesOf(counts: unknown): string {
  return Object.entries(members(counts) as Counts)
    .map(([outcome, count]) => `${count} ${outcomes[outcome] ?? outcome}`)
    .join(', ');
}

function members(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? { ...value } : {};
}
