// The floors of the sets that are tuned on. A set of another name has none: it is only measured.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

type Floors = Readonly<Record<string, number>>;
export type Way = 'separate' | 'merged' | 'typos' | 'merged typos';

export interface AllFloors {
  readonly [set: string]: { readonly [way: string]: Floors };
}

/** The floors stored beside this file. */
export function storedFloors(): AllFloors {
  return JSON.parse(readFileSync(join(import.meta.dirname, 'floors.json'), 'utf8')) as AllFloors; // checked by a test
}

/** What must be reached on a set that is asked in one way; {} when nothing is said of it. */
export function floorsFor(all: AllFloors, set: string, way: string): Floors {
  return all[set]?.[way] ?? {};
}

/** A line for each measure that is below its floor, or is not there at all. */
export function below(floors: Floors, valueIn: (measure: string) => number | undefined): readonly string[] {
  return Object.entries(floors).flatMap(([measure, floor]) => {
    const value = valueIn(measure);
    return value !== undefined && value >= floor ? [] : [`${measure} ${value?.toFixed(1) ?? 'missing'} < ${floor}`];
  });
}
