import { readRedactionRules } from '../config/redaction.ts';
import type { Config } from '../config/schema.ts';
import { createRedactor, type Redactor } from '../core/redact.ts';

type Rules = Config['privacy']['rules'];

const mostKept = 50;

/** Redactors by the rules that are added to the shipped ones: made once for each set of rules. */
export class Redactors {
  /** By the user's rules, whatever they are at the moment. */
  readonly current: Redactor;
  readonly #make: (rules: Rules) => Redactor;
  readonly #made = new Map<string, Redactor>();
  #now: Redactor;

  constructor(packageRoot: string, key: Uint8Array, rules: Rules) {
    this.#make = (added) => createRedactor(readRedactionRules(packageRoot, added), key);
    this.#now = this.#remembered(rules);
    this.current = {
      text: (value) => this.#now.text(value),
      json: (value) => this.#now.json(value),
      line: (raw) => this.#now.line(raw),
    };
  }

  /** The user's rules are others by now. Throws config/invalid where they do not go with the shipped ones. */
  use(rules: Rules): void {
    this.#now = this.#remembered(rules);
  }

  /** For a project's rules; the current one where they add nothing. */
  readonly of = (rules: Rules): Redactor => {
    const wanted = this.#remembered(rules);
    return wanted === this.#now ? this.current : wanted;
  };

  #remembered(rules: Rules): Redactor {
    const key = JSON.stringify(rules);
    const known = this.#made.get(key);
    if (known) return known;
    if (this.#made.size >= mostKept) this.#made.clear();
    const fresh = this.#make(rules);
    this.#made.set(key, fresh);
    return fresh;
  }
}
