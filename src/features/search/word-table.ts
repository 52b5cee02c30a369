// Words whose terms are known, found by their place in a text: no string is made of a word that is there already.

/** As many words as stay known: the vocabulary of a large project. */
const mostWords = 100_000;
const longestWord = 40;
const mostLetters = 1_000_000;
/** A power of two, well over the number of words. */
const slots = 262_144;
/** What a slot holds lies side by side, since each look elsewhere waits for memory: hash, first letter, letters, terms. */
const width = 4;

/** 0: a word that has no term, a number: its only one. */
export type Terms = number | readonly number[];

/** FNV-1a of 32 bits, signed. */
export function textHash(text: string, start = 0, end = text.length): number {
  let hash = 0x811c9dc5 | 0;
  for (let i = start; i < end; i += 1) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return hash;
}

/** By words as they are written, since folding one costs more than looking it up. */
export class WordTable {
  readonly #slots = new Int32Array(slots * width);
  readonly #letters = new Uint16Array(mostLetters);
  #lists: (readonly number[])[] = [];
  #words = 0;
  #end = 0;

  /** The terms of the word that stands there; undefined when it is not known. hash: textHash of it. */
  get(text: string, start: number, end: number, hash: number): Terms | undefined {
    const table = this.#slots;
    for (let at = placeOf(hash); ; at = nextPlace(at)) {
      const length = table[at + 2] ?? 0;
      if (length === 0) return undefined;
      if (table[at] !== hash || length !== end - start || !this.#is(table[at + 1] ?? 0, text, start, end)) continue;
      const found = table[at + 3] ?? 0;
      return found < 0 ? this.#lists[~found] : found;
    }
  }

  /** Remembers a word that is not there yet; a longer one than people write is not. */
  set(word: string, hash: number, terms: Terms): void {
    if (word.length > longestWord) return;
    if (this.#words >= mostWords || this.#end + word.length > mostLetters) this.#clear();
    let at = placeOf(hash);
    while (this.#slots[at + 2] !== 0) at = nextPlace(at);
    this.#slots.set([hash, this.#end, word.length, this.#numberOf(terms)], at);
    for (let i = 0; i < word.length; i += 1) this.#letters[this.#end + i] = word.charCodeAt(i);
    this.#end += word.length;
    this.#words += 1;
  }

  /** Of several terms a negative number, by which their list is found. */
  #numberOf(terms: Terms): number {
    return typeof terms === 'number' ? terms : -this.#lists.push(terms);
  }

  #is(from: number, text: string, start: number, end: number): boolean {
    const letters = this.#letters;
    for (let i = start; i < end; i += 1) if (letters[from + i - start] !== text.charCodeAt(i)) return false;
    return true;
  }

  #clear(): void {
    this.#slots.fill(0);
    this.#lists = [];
    this.#words = 0;
    this.#end = 0;
  }
}

function placeOf(hash: number): number {
  return (hash & (slots - 1)) * width;
}

function nextPlace(at: number): number {
  return (at + width) & (slots * width - 1);
}
