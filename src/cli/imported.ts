import { type Printer, plural, size } from './print.ts';
import { oneLine } from './text.ts';

type Result = Readonly<Record<string, unknown>>;

const noTranscript = 'no transcript of an agent found';

/** Prints what an import came to: what came in, what was replaced, and every line or file that did not come in. */
export function printImported(print: Printer, result: Result): void {
  const number = (name: string) => Number(result[name] ?? 0);
  if (number('files') === 0) {
    print.note(noTranscript);
    return;
  }
  const rows: string[][] = [['files', fileCounts(number)]];
  if (number('lines') > 0) rows.push(['read', speed(number)], ['records', records(number)]);
  const secrets = Object.entries(members(result.redacted)).map(([kind, count]) => `${kind} ${count}`);
  if (secrets.length > 0) rows.push(['replaced', secrets.join(', ')]);
  const left = leftOut(number);
  if (left !== '') rows.push(['left out', left]);
  print.table(rows);
  const skipped = Array.isArray(result.skipped) ? result.skipped : [];
  // the daemon answers {path, why} by its own type
  for (const { path, why } of skipped as readonly { path: unknown; why: unknown }[]) {
    print.note(`skipped ${oneLine(String(path))}: ${oneLine(String(why))}`);
  }
}

/** Prints what an import would read. */
export function printPlanned(print: Printer, result: Result): void {
  const number = (name: string) => Number(result[name] ?? 0);
  if (number('files') === 0) {
    print.note(noTranscript);
    return;
  }
  const known = number('files') - number('to_read');
  // at most 200 of them are named
  const paths = Array.isArray(result.paths) ? result.paths : [];
  for (const path of paths) print.line(oneLine(String(path)));
  const more = number('to_read') - paths.length;
  if (more > 0) print.line(`and ${plural(more, 'file')} more`);
  const unchanged = known > 0 ? `; ${known} unchanged since the last import` : '';
  print.note(`would import ${plural(number('to_read'), 'file')}, ${size(number('bytes'))}${unchanged}`);
  print.note('nothing was taken in');
}

function fileCounts(number: (name: string) => number): string {
  const unchanged = number('unchanged') > 0 ? `, ${number('unchanged')} unchanged` : '';
  return `${number('files')}: ${number('read')} read${unchanged}, ${plural(number('sessions'), 'session')}`;
}

function speed(number: (name: string) => number): string {
  const seconds = Math.max(number('total_ms'), 1) / 1000;
  const perSecond = size(number('bytes') / seconds);
  return `${number('lines')} lines, ${size(number('bytes'))} in ${seconds.toFixed(1)} s (${perSecond}/s)`;
}

function records(number: (name: string) => number): string {
  return `${number('records_added')} added, ${number('records_known')} known before`;
}

/** Everything that was there and did not become memory: never silent. */
function leftOut(number: (name: string) => number): string {
  const kinds: readonly (readonly [string, string])[] = [
    ['unknown_lines', 'of a type not known here (kept as text)'],
    ['unparsable_lines', 'no JSON (kept as text)'],
    ['too_long_lines', 'over 16 MiB'],
    ['held_back_lines', 'not finished yet'],
    ['paused_lines', 'said in a pause'],
  ];
  return kinds
    .filter(([name]) => number(name) > 0)
    .map(([name, what]) => `${plural(number(name), 'line')} ${what}`)
    .join(', ');
}

function members(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? { ...value } : {};
}
