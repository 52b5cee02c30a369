// Moments that no record stands behind, told to whoever listens. Nothing is looked at while nobody does.
import { openConflicts } from '../features/conflicts/open-queries.ts';
import { quietSince } from '../features/sessions/quiet-queries.ts';
import type { Read } from '../store/record-type.ts';
import type { WeakLink } from './chains.ts';
import { userKey } from './event-cursor.ts';
import type { Moment } from './event-stream.ts';

export interface MomentsParts {
  readonly isHeard: () => boolean;
  /** project: undefined for a moment of none. */
  readonly tell: (project: string | undefined, moment: Moment) => void;
  readonly openProjects: () => readonly string[];
  readonly read: (key: string) => Read;
  /** Silent for so long, a session is idle. */
  readonly idleMs: () => number;
  readonly clock: () => number;
}

type Weak = Pick<WeakLink, 'project_id' | 'agent' | 'link'>;

/** Sessions that go idle, conflicts that open, and links of capture that break or hold again. */
export class Moments {
  readonly #parts: MomentsParts;
  /** Up to when each project's sessions were looked at. */
  readonly #lookedAt = new Map<string, number>();
  /** Conflicts that were open at the last look, of databases in which something was written since they were heard. */
  readonly #open = new Map<string, ReadonlySet<string>>();
  readonly #written = new Set<string>();
  #weak: ReadonlyMap<string, Weak> | undefined;

  constructor(parts: MomentsParts) {
    this.#parts = parts;
  }

  /** Something was committed. key: as of events. */
  committed(key: string): void {
    if (this.#parts.isHeard()) this.#written.add(key);
  }

  /** Every two seconds. */
  look(): void {
    if (!this.#parts.isHeard()) {
      this.#forget();
      return;
    }
    const keys = [userKey, ...this.#parts.openProjects()];
    for (const key of keys) this.#conflictsOf(key);
    for (const key of keys.slice(1)) this.#sessionsOf(key);
    this.#written.clear();
  }

  /** What is weak now, as it is looked at every minute. */
  links(weak: readonly Weak[]): void {
    const before = this.#weak;
    const now = new Map(weak.map((each) => [`${each.project_id} ${each.agent} ${each.link.link}`, each]));
    this.#weak = now;
    if (!before || !this.#parts.isHeard()) return;
    for (const [name, each] of now) {
      if (before.get(name)?.link.state !== each.link.state) this.#tellLink(`capture.${each.link.state}`, each);
    }
    for (const [name, each] of before) if (!now.has(name)) this.#tellLink('capture.mended', each);
  }

  #forget(): void {
    this.#lookedAt.clear();
    this.#open.clear();
    this.#written.clear();
  }

  #tellLink(event: string, { project_id, agent, link: { link } }: Weak): void {
    this.#parts.tell(project_id === '' ? undefined : project_id, { event, agent, detail: { link } });
  }

  #sessionsOf(project: string): void {
    const { clock, idleMs, read, tell } = this.#parts;
    const until = clock() - idleMs();
    const after = this.#lookedAt.get(project);
    this.#lookedAt.set(project, until);
    if (after === undefined || after >= until) return;
    for (const { session_id, current_agent } of read(project).all(quietSince, { after, until })) {
      tell(project, { event: 'session.idle', ent: session_id, session_id, agent: current_agent });
    }
  }

  #conflictsOf(key: string): void {
    const { read, tell } = this.#parts;
    const before = this.#open.get(key);
    if (before && !this.#written.has(key)) return;
    const rows = read(key).all(openConflicts, {});
    this.#open.set(key, new Set(rows.map(({ conflict_id }) => conflict_id)));
    if (!before) return;
    const project = key === userKey ? undefined : key;
    for (const { conflict_id, ent, type } of rows) {
      if (!before.has(conflict_id)) tell(project, { event: 'conflict.opened', ent, detail: { conflict_id, type } });
    }
  }
}
