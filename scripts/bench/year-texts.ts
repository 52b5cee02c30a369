// What is said and read in a year of work: prompts and answers by Zipf with the words of a subject, and files of a project
// that grow and change, of which tools read the same lines again and again. From a seed.
import { numbers, rank, text, word } from './search-texts.ts';

const [files, linesPerFile] = [240, 160];
const forms = [
  'const %a = %b(%c);',
  'export function %a(%b: string): %c {',
  'if (%a.%b !== %c) return;',
  '  // %a %b %c',
  '  %a.%b(%c);',
  '}',
];

export type YearTexts = ReturnType<typeof yearTexts>;

export function yearTexts(seed: number) {
  const random = numbers(seed);
  const name = () => word(rank(random));
  const below = (n: number) => Math.floor(random() * n);
  const line = () => (forms[below(forms.length)] ?? '').replaceAll(/%[abc]/g, name);
  const all = Array.from({ length: files }, () => ({
    path: `src/${name()}/${name()}.ts`,
    lines: Array.from({ length: linesPerFile }, line),
  }));
  let subject: readonly string[] = [];
  let at = 0;
  const file = () => all[(at + below(8)) % files] as (typeof all)[number]; // within the list
  return {
    number: random,
    /** Another subject, around other files. */
    turn(): void {
      at = below(files);
      subject = Array.from({ length: 12 }, name);
    },
    /** About so many words. */
    words: (mean: number) => text(random, Math.max(3, Math.round(mean * (0.3 + 1.4 * random()))), subject),
    path: () => file().path,
    /** What a tool prints of a file, which changes now and then: mostly some lines, sometimes all of them. */
    output(): string {
      const { lines } = file();
      if (random() < 0.3) lines[below(lines.length)] = line();
      const count = random() < 0.08 ? lines.length : 8 + below(32);
      const from = below(Math.max(1, lines.length - count));
      return lines.slice(from, from + count).join('\n');
    },
  };
}
