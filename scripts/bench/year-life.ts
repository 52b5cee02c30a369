// What one device writes in a year: sessions of prompts, answers and tool calls, with entries and tasks between.
import { type Id, uuidV8 } from '../../src/core/ids.ts';
import { contextPut, contextRetire } from '../../src/features/entries/records.ts';
import {
  messageAdd,
  sessionEnd,
  sessionStart,
  taskAdd,
  taskUpdate,
  toolAdd,
} from '../../src/features/sessions/records.ts';
import type { Write } from '../../src/store/record-type.ts';
import type { YearTexts } from './year-texts.ts';

const perSession = 60;
/** Entries that a device writes to, again and again. */
const keys = 2_500;

export class Life {
  readonly #dev: string;
  readonly #user: string;
  readonly #texts: YearTexts;
  readonly #known = new Set<number>();
  #session: Id;
  #done = 0;
  #tasks = 0;

  constructor(dev: string, user: string, texts: YearTexts) {
    [this.#dev, this.#user, this.#texts] = [dev, user, texts];
    this.#session = uuidV8(['session', dev, '0']);
  }

  /** The next thing that is said or done; returns how many records it took. */
  go(tx: Write, at: number): number {
    this.#done += 1;
    if (this.#done % perSession === 1) return this.#turn(tx, at);
    const kind = this.#texts.number();
    if (kind < 0.04) return this.#entry(tx, kind < 0.002);
    if (kind < 0.06) return this.#task(tx, at);
    return kind < 0.32 ? this.#tool(tx, at) : this.#message(tx, at, kind < 0.42 ? 'user' : 'assistant');
  }

  get #by() {
    return { actor: { user: this.#user, agent: 'claude-code', session: this.#session }, origin: 'agent' } as const;
  }

  #id(kind: string, n: number): Id {
    return uuidV8([kind, this.#dev, String(n)]);
  }

  #turn(tx: Write, at: number): number {
    this.#texts.turn();
    if (this.#done > 1) {
      const fields = { session_id: this.#session, reason: 'exit', ended_at: at };
      tx.append(sessionEnd, { ent: this.#session, fields, ...this.#by });
    }
    this.#session = this.#id('session', this.#done);
    const fields = { session_id: this.#session, started_at: at, agent: 'claude-code', title: this.#texts.words(6) };
    tx.append(sessionStart, { ent: this.#session, fields, ...this.#by });
    return this.#done > 1 ? 2 : 1;
  }

  #entry(tx: Write, isRetired: boolean): number {
    const n = Math.floor(keys * this.#texts.number() ** 2);
    const ent = this.#id('entry', n);
    const value = JSON.stringify(this.#texts.words(40));
    if (!this.#known.has(n)) {
      this.#known.add(n);
      const named = { key: `${this.#dev.slice(-2)}.${n}`, scope: 'project', layer: 'long_term' } as const;
      tx.append(contextPut, { ent, fields: { ...named, priority: 'medium', category: 'general', value }, ...this.#by });
    } else if (isRetired) tx.append(contextRetire, { ent, fields: { reason: 'done' }, ...this.#by });
    else tx.append(contextPut, { ent, fields: { value }, ...this.#by });
    return 1;
  }

  #task(tx: Write, at: number): number {
    if (this.#tasks > 0 && this.#texts.number() < 0.5) {
      const fields = { status: 'done', at } as const;
      tx.append(taskUpdate, { ent: this.#id('task', this.#tasks), fields, ...this.#by });
      return 1;
    }
    this.#tasks += 1;
    const named = { task_id: `t-${this.#dev.slice(-2)}${this.#tasks}`, description: this.#texts.words(12), at };
    tx.append(taskAdd, {
      ent: this.#id('task', this.#tasks),
      fields: { ...named, session_id: this.#session },
      ...this.#by,
    });
    return 1;
  }

  #tool(tx: Write, at: number): number {
    const ent = this.#id('tool', this.#done);
    const of = { session_id: this.#session, at } as const;
    const [input, output] = [JSON.stringify({ file_path: this.#texts.path() }), this.#texts.output()];
    tx.append(toolAdd, { ent, fields: { ...of, part: 'call', tool: 'Read', ...tx.keep('input', input) }, ...this.#by });
    const result = { ...of, part: 'result', ...tx.keep('output', output) } as const;
    tx.append(toolAdd, { ent, fields: result, ...this.#by, origin: 'tool-output' });
    return 2;
  }

  #message(tx: Write, at: number, role: 'user' | 'assistant'): number {
    const said = tx.keep('content', this.#texts.words(role === 'user' ? 25 : 70));
    const kind = role === 'user' ? 'prompt' : 'text';
    const fields = { session_id: this.#session, role, kind, ...said, at } as const;
    tx.append(messageAdd, { fields, ...this.#by, origin: role === 'user' ? 'human' : 'agent' });
    return 1;
  }
}
