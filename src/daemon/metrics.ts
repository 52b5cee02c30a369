import { type MetricName, metricHelp } from '../core/metric-names.ts';

export type Values = readonly (readonly [labels: Readonly<Record<string, string>>, value: number])[];

/** One number, or one per set of labels, as it is now. */
export interface Gauge {
  readonly name: string;
  readonly help: string;
  readonly values: Values;
}

/** What is measured under a name: one number, or one per set of labels. */
export function gauge(name: MetricName, value: number | Values): Gauge {
  return { name, help: metricHelp[name], values: typeof value === 'number' ? [[{}, value]] : value };
}

interface Histogram {
  readonly buckets: number[];
  count: number;
  sum: number;
}

const bounds = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
/** Codes of errors and operations are few and fixed; the bound only catches a mistake of ours. */
const mostSeries = 500;

/** What has been answered since the daemon began, counted in memory: a few additions per request. */
export class Metrics {
  readonly #latency = new Map<string, Histogram>();
  readonly #errors = new Map<string, number>();

  /** Counts one answer. code: of its error, undefined when it went well. */
  answered(operation: string, seconds: number, code: string | undefined): void {
    const known = this.#latency.get(operation);
    const histogram = known ?? { buckets: bounds.map(() => 0), count: 0, sum: 0 };
    if (!known && this.#latency.size < mostSeries) this.#latency.set(operation, histogram);
    histogram.count += 1;
    histogram.sum += seconds;
    const at = bounds.findIndex((bound) => seconds <= bound);
    if (at >= 0) histogram.buckets[at] = (histogram.buckets[at] ?? 0) + 1;
    if (code !== undefined && (this.#errors.has(code) || this.#errors.size < mostSeries)) {
      this.#errors.set(code, (this.#errors.get(code) ?? 0) + 1);
    }
  }

  /** Everything as OpenMetrics text. */
  text(gauges: readonly Gauge[]): string {
    return [
      ...gauges.flatMap((gauge) => [
        ...head(gauge.name, 'gauge', gauge.help),
        ...gauge.values.map(([labels, value]) => sample(gauge.name, labels, value)),
      ]),
      ...head('prsist_request_seconds', 'histogram', 'Time from the whole request to its answer, by operation.'),
      ...[...this.#latency].sort(byName).flatMap(([operation, histogram]) => series(operation, histogram)),
      ...head('prsist_request_errors', 'counter', 'Requests that were refused or failed, by code.'),
      ...[...this.#errors].sort(byName).map(([code, count]) => sample('prsist_request_errors_total', { code }, count)),
      '# EOF\n',
    ].join('\n');
  }
}

function series(operation: string, { buckets, count, sum }: Histogram): string[] {
  let below = 0;
  const lines = bounds.map((bound, i) => {
    below += buckets[i] ?? 0;
    return sample('prsist_request_seconds_bucket', { operation, le: String(bound) }, below);
  });
  return [
    ...lines,
    sample('prsist_request_seconds_bucket', { operation, le: '+Inf' }, count),
    sample('prsist_request_seconds_count', { operation }, count),
    sample('prsist_request_seconds_sum', { operation }, sum),
  ];
}

function head(name: string, type: string, help: string): string[] {
  return [`# TYPE ${name} ${type}`, `# HELP ${name} ${help}`];
}

function sample(name: string, labels: Readonly<Record<string, string>>, value: number): string {
  const named = Object.entries(labels).map(([label, text]) => `${label}="${escaped(text)}"`);
  return `${name}${named.length === 0 ? '' : `{${named.join(',')}}`} ${value}`;
}

function escaped(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
}

function byName(a: readonly [string, unknown], b: readonly [string, unknown]): number {
  return a[0] < b[0] ? -1 : 1;
}
