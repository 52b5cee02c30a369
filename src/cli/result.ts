import { type Printer, size } from './print.ts';
import { oneLine } from './text.ts';

type Plain = Readonly<Record<string, unknown>>;

/**
 * Prints the result of a job whose members only the job knows: numbers and words as name and value, lists of objects as
 * a table, objects with their members indented under their name.
 */
export function printResult(print: Printer, result: Plain, skip: readonly string[] = []): void {
  const entries = Object.entries(result).filter(([name, value]) => !skip.includes(name) && !isEmpty(value));
  print.table(
    entries.filter(([, value]) => !isNested(value)).map(([name, value]) => [title(name), amount(name, value)]),
  );
  for (const [name, value] of entries) {
    if (!isNested(value)) continue;
    print.line(`${title(name)}`);
    print.table(nestedRows(value));
  }
}

function nestedRows(value: unknown): readonly (readonly string[])[] {
  if (!Array.isArray(value))
    return Object.entries(value as Plain).map(([name, part]) => [`  ${title(name)}`, scalar(part)]); // isNested
  return value.map((item: unknown) => {
    if (typeof item !== 'object' || item === null) return [`  ${scalar(item)}`];
    const cells = Object.values(item).map(scalar);
    return cells.map((cell, n) => (n === 0 ? `  ${cell}` : cell));
  });
}

function isNested(value: unknown): boolean {
  return typeof value === 'object' && value !== null;
}

function isEmpty(value: unknown): boolean {
  if (value === null || value === undefined || value === '') return true;
  return typeof value === 'object' && Object.keys(value).length === 0;
}

function amount(name: string, value: unknown): string {
  return /(?:^|_)bytes$/.test(name) && typeof value === 'number' ? size(value) : scalar(value);
}

function scalar(value: unknown): string {
  if (typeof value === 'string') return oneLine(value);
  return typeof value === 'object' ? oneLine(JSON.stringify(value)) : String(value);
}

function title(name: string): string {
  return name.replaceAll('_', ' ');
}
