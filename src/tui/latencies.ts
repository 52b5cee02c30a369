import type { Sample } from '../client/metrics.ts';

/** How long the answers of one operation took. */
export interface Latency {
  readonly operation: string;
  readonly count: number;
  readonly meanMs: number;
  /** The bound that half, and 99 of 100 answers stayed below. */
  readonly p50Ms: number;
  readonly p99Ms: number;
}

/** From the buckets of the metrics; what is asked most stands first. */
export function latencies(samples: readonly Sample[]): readonly Latency[] {
  const of = (name: string, operation: string) =>
    samples.find((each) => each.name === name && each.labels['operation'] === operation)?.value ?? 0;
  const names = new Set(samples.flatMap(({ labels: { operation } }) => (operation === undefined ? [] : [operation])));
  return [...names]
    .map((operation): Latency => {
      const buckets = samples.filter((each) => isBucketOf(each, operation));
      const count = of('prsist_request_seconds_count', operation);
      const meanMs = count === 0 ? 0 : (of('prsist_request_seconds_sum', operation) / count) * 1000;
      return { operation, count, meanMs, p50Ms: within(buckets, count * 0.5), p99Ms: within(buckets, count * 0.99) };
    })
    .filter(({ count }) => count > 0)
    .sort((a, b) => b.count - a.count);
}

function isBucketOf({ name, labels }: Sample, operation: string): boolean {
  return name === 'prsist_request_seconds_bucket' && labels['operation'] === operation;
}

/** The least bound below which so many answers are. */
function within(buckets: readonly Sample[], count: number): number {
  const bound = buckets.find(({ value }) => value >= count)?.labels['le'];
  return bound === undefined || bound === '+Inf' ? Number.POSITIVE_INFINITY : Number(bound) * 1000;
}
