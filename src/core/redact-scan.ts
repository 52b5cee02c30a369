// Finds every occurrence of a fixed set of words in one pass: an Aho–Corasick automaton as one flat table.
// Its cost is one table step per character, however many words there are, which is what lets the redactor
// look at every string of a transcript.

/** Set in a table entry whose state ends at least one word, so that the loop tests one bit and nothing else. */
const ends = 0x8000;

/** Reports each word found, in order of where it ends; `start` is the index of its first character. */
export type OnWord = (word: number, start: number) => void;

export interface WordScanner {
  /** Calls `onWord` for every occurrence, ASCII letters in either case; returns how many there were. */
  scan(text: string, onWord: OnWord): number;
}

interface Trie {
  readonly next: Map<number, number>[];
  readonly words: number[][];
}

/**
 * Builds the automaton for a set of words.
 * words: ASCII, not empty, at most 32,767 characters together; the index in this array is the number reported.
 */
export function wordScanner(words: readonly string[]): WordScanner {
  const classes = characterClasses(words);
  const trie = buildTrie(words, classes.of);
  const table = new Uint16Array(trie.next.length << classes.bits);
  fillTable(trie, table, classes.bits);
  return {
    scan: (text, onWord) => run({ text, table, bits: classes.bits, of: classes.of, words, found: trie.words }, onWord),
  };
}

interface Run {
  readonly text: string;
  readonly table: Uint16Array;
  readonly bits: number;
  readonly of: Uint8Array;
  readonly words: readonly string[];
  readonly found: readonly (readonly number[])[];
}

function run({ text, table, bits, of, words, found }: Run, onWord: OnWord): number {
  const length = text.length;
  let state = 0;
  let count = 0;
  for (let i = 0; i < length; i++) {
    const code = text.charCodeAt(i);
    // both arrays are indexed in range by construction: the casts spare a test per character
    state = code < 128 ? (table[(state << bits) | (of[code] as number)] as number) : 0;
    if ((state & ends) !== 0) {
      state ^= ends;
      for (const word of found[state] ?? []) {
        count++;
        onWord(word, i + 1 - (words[word]?.length ?? 0));
      }
    }
  }
  return count;
}

/** Class 0 holds every character that is in no word. */
function characterClasses(words: readonly string[]): { of: Uint8Array; bits: number } {
  const of = new Uint8Array(128);
  let last = 0;
  for (const char of words.join('').toLowerCase()) {
    const code = char.charCodeAt(0);
    if (of[code] === 0) {
      of[code] = ++last;
      of[char.toUpperCase().charCodeAt(0)] = last;
    }
  }
  return { of, bits: Math.ceil(Math.log2(last + 1)) };
}

function buildTrie(words: readonly string[], of: Uint8Array): Trie {
  const trie: Trie = { next: [new Map()], words: [[]] };
  for (const [index, word] of words.entries()) {
    let state = 0;
    for (let i = 0; i < word.length; i++) state = child(trie, state, of[word.charCodeAt(i)] ?? 0);
    trie.words[state]?.push(index);
  }
  return trie;
}

function child(trie: Trie, state: number, symbol: number): number {
  const known = trie.next[state]?.get(symbol);
  if (known !== undefined) return known;
  const made = trie.next.push(new Map()) - 1;
  trie.words.push([]);
  trie.next[state]?.set(symbol, made);
  return made;
}

/** Breadth first, so that the row of a state's longest proper suffix is complete when the state copies it. */
function fillTable(trie: Trie, table: Uint16Array, bits: number): void {
  const queue: { state: number; suffix: number }[] = [{ state: 0, suffix: 0 }];
  for (const { state, suffix } of queue) {
    const row = state << bits;
    if (state !== 0) table.copyWithin(row, suffix << bits, (suffix + 1) << bits);
    for (const [symbol, to] of trie.next[state] ?? []) {
      const fall = state === 0 ? 0 : (table[row | symbol] ?? 0) & ~ends;
      trie.words[to]?.push(...(trie.words[fall] ?? []));
      table[row | symbol] = to | (trie.words[to]?.length === 0 ? 0 : ends);
      queue.push({ state: to, suffix: fall });
    }
  }
}
