// The rules of alerts, looked at every minute: what is raised, since when, and telling of it once.
import { type AlertRule, alertRules, type GivenRule } from '../core/alert-rules.ts';
import { evaluate, type Holding, type Known } from '../core/alerts.ts';
import type { Alert } from '../features/system/needs.ts';
import { readText, writeAtomic } from '../platform/files.ts';
import type { Moment } from './event-stream.ts';
import type { Gauge } from './metrics.ts';

export interface AlertsParts {
  /** Where it is kept what holds, so that a daemon that comes after does not tell again. */
  readonly file: string;
  readonly settings: () => { readonly enabled: boolean; readonly rules: readonly GivenRule[] };
  readonly clock: () => number;
  readonly tell: (moment: Moment) => void;
  /** Shows it on the desktop. */
  readonly show: (notice: { readonly title: string; readonly text: string }) => void;
}

export class Alerts {
  readonly #parts: AlertsParts;
  #known: Known;
  #holding: readonly Holding[] = [];

  constructor(parts: AlertsParts) {
    this.#parts = parts;
    this.#known = readKnown(parts.file);
  }

  /** What is raised, the longest first. */
  get raised(): Alert[] {
    const raised = this.#holding.filter(({ isRaised }) => isRaised).toSorted((a, b) => a.since - b.since);
    return raised.map(({ rule, labels, value, since }) => ({
      ...{ name: rule.name, metric: rule.metric, labels: { ...labels }, value, says: rule.says },
      ...{ above: rule.above ?? null, below: rule.below ?? null, since: new Date(since).toISOString() },
    }));
  }

  /** Looks at all rules now. */
  look(gauges: readonly Gauge[]): void {
    const { settings, clock, tell } = this.#parts;
    const { enabled, rules } = settings();
    const inForce: readonly AlertRule[] = enabled ? alertRules(rules) : [];
    const { holding, raised, cleared } = evaluate(inForce, gauges, { known: this.#known, now: clock() });
    this.#holding = holding;
    this.#keep(new Map(holding.map(({ id, since, isRaised }) => [id, { since, isRaised }])));
    for (const each of raised) this.#announce(each);
    for (const id of cleared) tell({ event: 'alert.cleared', detail: { alert: id } });
  }

  #announce({ id, rule }: Holding): void {
    this.#parts.tell({ event: 'alert.raised', detail: { alert: id, says: rule.says } });
    // labels may name places: they stand in status, not on a screen that others see
    if (rule.notify === 'desktop') this.#parts.show({ title: `prsist: ${rule.name}`, text: rule.says });
  }

  #keep(known: Known): void {
    const text = JSON.stringify([...known]);
    const isSame = text === JSON.stringify([...this.#known]);
    this.#known = known;
    if (!isSame) writeAtomic(this.#parts.file, `${text}\n`);
  }
}

/** What a daemon before this one knew; nothing where that cannot be read. */
function readKnown(file: string): Known {
  try {
    const read: unknown = JSON.parse(readText(file) ?? '[]');
    if (!Array.isArray(read)) return new Map();
    return new Map(
      read.flatMap(([id, held]: [unknown, { since?: unknown; isRaised?: unknown }]) =>
        typeof id === 'string' && typeof held?.since === 'number'
          ? [[id, { since: held.since, isRaised: held.isRaised === true }] as const]
          : [],
      ),
    );
  } catch {
    return new Map();
  }
}
