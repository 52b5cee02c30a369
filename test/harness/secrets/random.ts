// Invented secrets of valid shape, made when the test runs: nothing that looks like a key is in the repository.

export interface Random {
  /** 0 ≤ n < below. */
  below(below: number): number;
  from(alphabet: string, length: number): string;
  pick<T>(list: readonly T[]): T;
}

const lower = 'abcdefghijklmnopqrstuvwxyz';
const upper = lower.toUpperCase();
const digits = '0123456789';
const alnum = upper + lower + digits;

const alphabets: Readonly<Record<string, string>> = {
  lower,
  digits,
  alnum,
  letters: lower + upper,
  upper: upper + digits,
  hex: '0123456789abcdef',
  base32: `${upper}234567`,
  b64: `${alnum}+/`,
  b64url: `${alnum}-_`,
  printable: `${alnum}!@#%^*-_=+`,
};

/** The same seed gives the same sequence on every machine (mulberry32). */
export function random(seed: number): Random {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const below = (limit: number): number => Math.floor(next() * limit);
  return {
    below,
    from: (alphabet, length) => Array.from({ length }, () => alphabet[below(alphabet.length)]).join(''),
    pick: (list) => {
      const chosen = list[below(list.length)];
      if (chosen === undefined) throw new Error('pick from an empty list');
      return chosen;
    },
  };
}

/**
 * Fills the fields of a template: `{{alnum:36}}` is 36 characters of that alphabet, `{{uuid}}` a version 4 UUID,
 * `{{discord:n}}` n base64 characters as a numeric id gives them, `{{is:WORD}}` just WORD.
 */
export function fill(template: string, source: Random): string {
  return template.replace(/\{\{(\w+)(?::(\w+))?\}\}/g, (_, name: string, value: string | undefined) => {
    if (name === 'is') return value ?? '';
    if (name === 'uuid') return uuid(source);
    if (name === 'discord') return Buffer.from(source.from(digits, 16)).toString('base64').slice(0, Number(value));
    const alphabet = alphabets[name];
    if (alphabet === undefined) throw new Error(`no alphabet ${name}`);
    return source.from(alphabet, Number(value));
  });
}

function uuid(source: Random): string {
  const hex = (length: number): string => source.from('0123456789abcdef', length);
  return `${hex(8)}-${hex(4)}-4${hex(3)}-${source.pick(['8', '9', 'a', 'b'])}${hex(3)}-${hex(12)}`;
}
