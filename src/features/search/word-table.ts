// Words whose terms are known, found by their place in a text: no string is made of a word that is there already.

/** As many words as stay known: the vocabulary of a large project. */
const mostWords = 100_000;
const longestWord = 40;
const mostLetters = 1_000_000;
/** A power of two, well over the number of words. */
const slots = 262_144;

/** FNV-1a of 32 bits. */
export function textHash(text: string, start = 0, end = text.length): number {
  let hash = 0x811c9dc5;
  for (let i = start; i < end; i += 1) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return hash >>> 0;
}

/** By words as they are written, since folding one costs more than looking it up. */
export class WordTable<T> {
  /** Number of the word, from 1; 0: free. */
  readonly #places = new Uint32Array(slots);
  readonly #hashes = new Uint32Array(mostWords + 1);
  /** Where the letters of a word end, which is where those of the next begin. */
  readonly #ends = new Uint32Array(mostWords + 1);
  readonly #letters = new Uint16Array(mostLetters);
  #values: T[] = [];

  /** What is known of the word that stands there; undefined for none. hash: textHash of it. */
  get(text: string, start: number, end: number, hash: number): T | undefined {
    for (let slot = hash & (slots - 1); ; slot = (slot + 1) & (slots - 1)) {
      const number = this.#places[slot] ?? 0;
      if (number === 0) return undefined;
      if (this.#hashes[number] === hash && this.#is(number, text, start, end)) return this.#values[number - 1];
    }
  }

  /** Remembers a word that is not there yet; a longer one than people write is not. */
  set(word: string, hash: number, value: T): void {
    if (word.length > longestWord) return;
    if (this.#values.length >= mostWords || this.#end() + word.length > mostLetters) this.#clear();
    const [from, number] = [this.#end(), this.#values.push(value)];
    for (let i = 0; i < word.length; i += 1) this.#letters[from + i] = word.charCodeAt(i);
    this.#ends[number] = from + word.length;
    this.#hashes[number] = hash;
    let slot = hash & (slots - 1);
    while (this.#places[slot] !== 0) slot = (slot + 1) & (slots - 1);
    this.#places[slot] = number;
  }

  #is(number: number, text: string, start: number, end: number): boolean {
    const from = this.#ends[number - 1] ?? 0;
    if ((this.#ends[number] ?? 0) - from !== end - start) return false;
    for (let i = start; i < end; i += 1) if (this.#letters[from + i - start] !== text.charCodeAt(i)) return false;
    return true;
  }

  #end(): number {
    return this.#ends[this.#values.length] ?? 0;
  }

  #clear(): void {
    this.#places.fill(0);
    this.#values = [];
  }
}
