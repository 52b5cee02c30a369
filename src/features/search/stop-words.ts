import { stem } from './stem.ts';

const words = `a about above after again against all also am an and any are as at be been before being below between both
but by can could d did do does doing don down during each else few for from further had has have having he her here hers
him his how i if in into is it its just ll m may me might more most must my myself no nor not now of off on once only or
other our ours out over own re s same shall she should so some such t than that the their theirs them then there these
they this those through to too under up ve very was we were what when where which who whom why will with would you
your yours`;

const plain: ReadonlySet<string> = new Set(words.split(/\s+/));
const stems: ReadonlySet<string> = new Set([...plain].map(stem));

/** True for words that say nothing about what is looked for. word: folded; compared as it is and stemmed. */
export function isStopWord(word: string): boolean {
  return plain.has(word) || stems.has(stem(word));
}
