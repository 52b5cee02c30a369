import { readRedactionRules } from '../config/redaction.ts';
import type { Config } from '../config/schema.ts';
import { createRedactor, type Redactor } from '../core/redact.ts';

type Rules = Config['privacy']['rules'];

const mostKept = 50;

/** Redactors by the rules that are added to the shipped ones: made once for each set of rules. */
export class Redactors {
  /** By the user's rules, whatever they are at the moment. */
  readonly current: Redactor;
  readonly #packageRoot: string;
  readonly #made = new Map<string, Redactor>();
  #key: Uint8Array;
  #rules: Rules;
  #now: Redactor;

  constructor(packageRoot: string, key: Uint8Array, rules: Rules) {
    this.#packageRoot = packageRoot;
    this.#key = key;
    this.#rules = rules;
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
    this.#rules = rules;
  }

  /** From now on placeholders are made with another key: that of the workspace this device has joined. */
  rekey(key: Uint8Array): void {
    this.#key = key;
    this.#made.clear();
    this.#now = this.#remembered(this.#rules);
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
    const fresh = createRedactor(readRedactionRules(this.#packageRoot, rules), this.#key);
    this.#made.set(key, fresh);
    return fresh;
  }
}
