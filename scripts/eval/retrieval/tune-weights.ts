// The numbers of weights.ts, each by its name, so that they can be tried one after the other in this process.
import { weights } from '../../../src/features/search/weights.ts';

export interface Tunable {
  readonly name: string;
  readonly get: () => number;
  readonly set: (value: number) => void;
  /** Values worth trying beside one. */
  readonly around: (value: number) => readonly number[];
}

type Numbers = { [name: string]: number | Numbers };

/** How many places is a whole number, and what these are about the dev sets never ask. */
const whole = new Set(['places']);
const unasked = /^(?:priorities|kinds|path|namedProject|ownProject|meaningOf)(?:\.|$)/;

/**
 * Every number that a dev set can say something about. Those of the wide pass that are those of the careful one move
 * together with it, as they are written. meaning: with the vectors of an embedder.
 */
export function tunables(meaning: boolean, all: object = weights): readonly Tunable[] {
  const root = all as Numbers; // nothing but numbers and objects of them; tried here, never in a running daemon
  const names = namesIn(root);
  // settled now: while numbers are tried, two that are apart may be equal for a moment
  const same = new Set(names.filter((name) => isSame(root, name)));
  const together = (name: string) =>
    [name, twinOf(name, 'careful', 'wide') ?? ''].filter((each, i) => i === 0 || same.has(each));
  return names
    .filter((name) => !unasked.test(name) && (meaning || name !== 'meaning') && !same.has(name))
    .map((name) => ({
      name,
      get: () => valueAt(root, name),
      set: (value) => {
        for (const each of together(name)) put(root, each, value);
      },
      around: (value) => around(name, value),
    }));
}

function namesIn(numbers: Numbers, before = ''): readonly string[] {
  return Object.entries(numbers).flatMap(([name, value]) =>
    typeof value === 'number' ? [`${before}${name}`] : namesIn(value, `${before}${name}.`),
  );
}

/** A number of the wide pass that weights.ts takes from the careful one. */
function isSame(root: Numbers, name: string): boolean {
  const own = twinOf(name, 'wide', 'careful');
  return own !== undefined && valueAt(root, own) === valueAt(root, name);
}

function twinOf(name: string, from: string, to: string): string | undefined {
  return name.startsWith(`${from}.`) ? `${to}.${name.slice(from.length + 1)}` : undefined;
}

function valueAt(root: Numbers, name: string): number {
  const [value, last] = placeOf(root, name);
  return Number(value[last]);
}

function put(root: Numbers, name: string, value: number): void {
  const [holder, last] = placeOf(root, name);
  holder[last] = value;
}

function placeOf(root: Numbers, name: string): readonly [Numbers, string] {
  const steps = name.split('.');
  const last = steps.pop() ?? '';
  const holder = steps.reduce((at, step) => at[step] as Numbers, root); // the way was found in it
  return [holder, last];
}

function around(name: string, value: number): readonly number[] {
  if (whole.has(name)) return [value - 2, value + 2];
  return value === 0 ? [0.1] : [value * 0.8, value * 1.25];
}
