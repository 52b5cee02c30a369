// Porter's stemmer (Program 14/3, 1980) as SQLite's FTS5 tokenizer of that name applies it, so that what is marked in a
// snippet is what the index matched. Measures: m = number of vowel-consonant sequences of the part before the suffix.

type Rule = readonly [suffix: string, by: string];

// longest suffix first: the first one that fits decides, whether its condition holds or not
const step2: readonly Rule[] = [
  ...rules('ational:ate ization:ize iveness:ive fulness:ful ousness:ous tional:tion biliti:ble'),
  ...rules('entli:ent ousli:ous ation:ate alism:al aliti:al iviti:ive'),
  ...rules('enci:ence anci:ance izer:ize logi:log alli:al ator:ate bli:ble eli:e'),
];
const step3 = rules('icate:ic ative: alize:al iciti:ic ical:ic ness: ful:');
const step4 = 'ement ance ence able ible ment ant ent ion ism ate iti ous ive ize al er ic ou'.split(' ');

/** The stem of one folded word (lower case, no diacritics). Words of under 3 or over 64 bytes stay as they are. */
export function stem(word: string): string {
  const bytes = Buffer.byteLength(word);
  if (bytes < 3 || bytes > 64) return word;
  let w = endOfPlural(word);
  w = endOfPast(w);
  if (w.endsWith('y') && hasVowel(w.slice(0, -1))) w = `${w.slice(0, -1)}i`;
  w = replaced(replaced(w, step2), step3);
  w = withoutEnding(w);
  return withoutLast(w);
}

function rules(text: string): readonly Rule[] {
  return text.split(' ').map((rule) => {
    const [suffix = '', by = ''] = rule.split(':');
    return [suffix, by];
  });
}

function endOfPlural(w: string): string {
  if (!w.endsWith('s')) return w;
  const before = w.at(-2);
  if (before === 's') return w;
  if (before !== 'e') return w.slice(0, -1);
  const two = (w.length > 4 && w.endsWith('sses')) || (w.length > 3 && w.endsWith('ies'));
  return w.slice(0, two ? -2 : -1);
}

function endOfPast(w: string): string {
  if (w.length > 3 && w.endsWith('eed')) return measure(w.slice(0, -3)) > 0 ? w.slice(0, -1) : w;
  const cut = w.length > 2 && w.endsWith('ed') ? 2 : w.length > 3 && w.endsWith('ing') ? 3 : 0;
  const rest = w.slice(0, w.length - cut);
  return cut === 0 || !hasVowel(rest) ? w : mended(rest);
}

/** What is left after -ed or -ing, made a word again: hop(p), fil(e), conflat(e). */
function mended(w: string): string {
  if (/(?:at|bl|iz)$/.test(w)) return `${w}e`;
  const last = w.at(-1) ?? '';
  if (last === w.at(-2) && !'aeioulsz'.includes(last)) return w.slice(0, -1);
  return measure(w) === 1 && endsShort(w) ? `${w}e` : w;
}

function replaced(w: string, table: readonly Rule[]): string {
  const rule = table.find(([suffix]) => w.length > suffix.length && w.endsWith(suffix));
  if (!rule) return w;
  const rest = w.slice(0, -rule[0].length);
  return measure(rest) > 0 ? rest + rule[1] : w;
}

function withoutEnding(w: string): string {
  const suffix = step4.find((each) => w.length > each.length && w.endsWith(each));
  if (suffix === undefined) return w;
  const rest = w.slice(0, -suffix.length);
  if (suffix === 'ion' && !/[st]$/.test(rest)) return w;
  return measure(rest) > 1 ? rest : w;
}

function withoutLast(w: string): string {
  let short = w;
  if (w.endsWith('e')) {
    const rest = w.slice(0, -1);
    const m = measure(rest);
    if (m > 1 || (m === 1 && !endsShort(rest))) short = rest;
  }
  return short.endsWith('ll') && measure(short.slice(0, -1)) > 1 ? short.slice(0, -1) : short;
}

/** For each letter whether it is a vowel; y is one after a consonant. */
function vowels(w: string): readonly boolean[] {
  const found: boolean[] = [];
  for (let i = 0; i < w.length; i += 1) {
    const c = w.charAt(i);
    found.push('aeiou'.includes(c) || (c === 'y' && i > 0 && !found[i - 1]));
  }
  return found;
}

function measure(w: string): number {
  const found = vowels(w);
  return found.filter((vowel, i) => i > 0 && !vowel && found[i - 1]).length;
}

function hasVowel(w: string): boolean {
  return vowels(w).includes(true);
}

/** Ends consonant-vowel-consonant, the last not w, x or y. */
function endsShort(w: string): boolean {
  const [a, b, c] = vowels(w).slice(-3);
  return c === false && b === true && a === false && !/[wxy]$/.test(w);
}
