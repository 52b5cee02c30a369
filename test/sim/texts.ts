// Texts in which every line tells which write it is of, so that nobody's words can vanish unseen.
import type { Random } from '../harness/secrets/random.ts';
import { chance } from './random.ts';

const words = (
  'the store keeps every change as a record and its rows in one transaction while agents read what they were told ' +
  'before a session ends so that nobody asks twice which port database branch or person decided this in the first place'
).split(' ');

/** A sentence that only one write can have said. mark: of that write. */
export function sentence(mark: string, random: Random): string {
  const said = Array.from({ length: 3 + random.below(6) }, () => random.pick(words));
  return `${said.join(' ')} ${mark}.`;
}

/** From one to three sentences, each with a mark of its own. */
export function line(mark: string, random: Random): string {
  return Array.from({ length: 1 + random.below(3) }, (_, i) => sentence(`${mark}${'abc'.charAt(i)}`, random)).join(' ');
}

/** From least to most lines, each ended. */
export function lines(mark: string, random: Random, least: number, most: number): string {
  const count = least + random.below(most - least + 1);
  return Array.from({ length: count }, (_, i) => `${line(`${mark}-${i}`, random)}\n`).join('');
}

/** A text with one change: a line more, a line less, a line or a sentence rewritten. */
export function edited(text: string, mark: string, random: Random): string {
  const all = text.match(/[^\n]*\n|[^\n]+$/g) ?? [];
  const at = random.below(all.length);
  const here = all[at];
  if (here === undefined || chance(random, 30))
    return [...all.slice(0, at), `${line(mark, random)}\n`, ...all.slice(at)].join('');
  if (chance(random, 15) && all.length > 1) return [...all.slice(0, at), ...all.slice(at + 1)].join('');
  const changed = chance(random, 50) ? `${line(mark, random)}\n` : rephrased(here, mark, random);
  return [...all.slice(0, at), changed, ...all.slice(at + 1)].join('');
}

function rephrased(before: string, mark: string, random: Random): string {
  const parts = before.trimEnd().split(/(?<=\.) /);
  parts[random.below(parts.length)] = sentence(mark, random);
  return `${parts.join(' ')}\n`;
}

/** The marks in a text. */
export function marksIn(text: string): ReadonlySet<string> {
  return new Set(text.match(/\bw\d+(?:-\d+)?[abc]?(?=\.)/g) ?? []);
}
