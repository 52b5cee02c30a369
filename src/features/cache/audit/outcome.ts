// What requests came to, as recorded or as simulated.

import { ratesOf, type Tariff, unitsOf } from './cost.ts';
import { type ModelRequest, promptOf } from './request.ts';
import type { Served } from './simulate.ts';

export interface Outcome {
  readonly read: number;
  readonly write: number;
  readonly write1h: number;
  readonly uncached: number;
  /** Of all input tokens, those that were read; 0 where there are none. */
  readonly share: number;
  /** Input in units of uncached tokens. */
  readonly units: number;
}

/** Sums of some requests. */
export function outcomeOf(tariff: Tariff, requests: readonly ModelRequest[]): Outcome {
  const sum = { read: 0, write: 0, write1h: 0, uncached: 0, units: 0 };
  for (const request of requests) {
    sum.read += request.read;
    sum.write += request.write;
    sum.write1h += request.write1h;
    sum.uncached += request.uncached;
    sum.units += unitsOf(ratesOf(tariff, request.model), request);
  }
  return { ...sum, share: shareOf(sum.read, inputOf(sum)) };
}

/** Outcomes of several conversations as one. */
export function sumOf(outcomes: readonly Outcome[]): Outcome {
  const total = { read: 0, write: 0, write1h: 0, uncached: 0, units: 0 };
  for (const each of outcomes) {
    for (const name of ['read', 'write', 'write1h', 'uncached', 'units'] as const) total[name] += each[name];
  }
  return { ...total, share: shareOf(total.read, inputOf(total)) };
}

/** All input tokens. */
export function inputOf(sum: Pick<Outcome, 'read' | 'write' | 'write1h' | 'uncached'>): number {
  return sum.read + sum.write + sum.write1h + sum.uncached;
}

/** A part of a whole, 0 of nothing. */
export function shareOf(part: number, whole: number): number {
  return whole === 0 ? 0 : part / whole;
}

/** Recorded requests with what a simulation says they would have read and written. */
export function asServed(requests: readonly ModelRequest[], served: readonly Served[]): readonly ModelRequest[] {
  return requests.map((request, n) => {
    const { read = 0, written = {}, uncached = promptOf(request) } = served[n] ?? {};
    const { '1h': write1h = 0, ...others } = written;
    return { ...request, read, write1h, uncached, write: Object.values(others).reduce((sum, each) => sum + each, 0) };
  });
}
