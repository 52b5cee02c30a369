// Invented conversations for the measurements of search: words by Zipf, sessions with subjects of their own, prompts,
// answers, tool calls with outputs. From a seed, so that every run has the same texts.
import fs from 'node:fs';
import { join } from 'node:path';

const vocabulary = 60_000;
/** How flat the commonest words are: the first is in about a quarter of all texts, as "file" or "test" would be. */
const flat = 6;
const stops =
  'the to and a of in is it that for this on with be not we as are you or have but if can an at from by was so do will'.split(
    ' ',
  );
const syllables = ['ka', 'lo', 'mi', 'ter', 'sun', 'ba', 'rek', 'du', 'pol', 'gri', 'fa', 'ves', 'nom', 'ti', 'zul'];
const perSession = 66; // turns: about 400 items

export type Random = () => number;

/** Numbers from a seed (mulberry32). */
export function numbers(seed: number): Random {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** The word of a rank: 0 is the commonest. */
export function word(rank: number): string {
  let rest = rank + syllables.length;
  let text = '';
  while (rest > 0) {
    text += syllables[rest % syllables.length];
    rest = Math.floor(rest / syllables.length);
  }
  return text;
}

/** A rank as texts have them. */
export function rank(random: Random): number {
  return Math.floor(flat * ((vocabulary + flat) / flat) ** random() - flat);
}

/** A text of so many words, of which `subject` are words of its session. */
export function text(random: Random, words: number, subject: readonly string[] = []): string {
  const one = () => {
    const chance = random();
    if (chance < 0.4) return String(stops[Math.floor(random() ** 2 * stops.length)]);
    if (chance < 0.5 && subject.length > 0) return String(subject[Math.floor(random() * subject.length)]);
    return word(rank(random));
  };
  return Array.from({ length: words }, one).join(' ');
}

/** Writes transcripts of about so many items into a directory; gives the ids of their sessions. */
export function layConversations(directory: string, items: number): readonly string[] {
  fs.mkdirSync(directory, { recursive: true });
  const sessions = Math.max(1, Math.round(items / (perSession * 3)));
  return Array.from({ length: sessions }, (_, n) => {
    const session = `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`;
    fs.writeFileSync(join(directory, `${session}.jsonl`), conversation(session, n));
    return session;
  });
}

/** Every second turn calls a tool: three items a turn on average. */
function conversation(session: string, number: number): string {
  const random = numbers(number + 1);
  const subject = Array.from({ length: 12 }, () => word(Math.floor(random() * vocabulary)));
  const begun = Date.UTC(2026, 0, 1) + (number % 5_000) * 3_600_000;
  const lines: string[] = [];
  let before: string | null = null;
  const add = (type: 'user' | 'assistant', content: unknown) => {
    const uuid = `${session.slice(0, 9)}${String(lines.length).padStart(4, '0')}${session.slice(13)}`;
    const timestamp = new Date(begun + lines.length * 20_000).toISOString();
    const about = { sessionId: session, uuid, parentUuid: before, cwd: '/w/shop', version: '2.0.0', timestamp };
    lines.push(JSON.stringify({ type, ...about, message: { role: type, content } }));
    before = uuid;
  };
  for (let turn = 0; turn < perSession; turn += 1) {
    add('user', `${text(random, 8 + Math.floor(random() * 16), subject)}${random() < 0.5 ? '?' : '.'}`);
    if (turn % 2 === 1) {
      const id = `toolu_${number}_${turn}`;
      const command = `npm run ${text(random, 4, subject)} src/${word(rank(random))}/${word(rank(random))}.ts`;
      add('assistant', [{ type: 'tool_use', id, name: 'Bash', input: { command } }]);
      add('user', [{ type: 'tool_result', tool_use_id: id, content: text(random, 40, subject) }]);
    }
    add('assistant', [{ type: 'text', text: text(random, 20 + Math.floor(random() * 30), subject) }]);
  }
  return `${lines.join('\n')}\n`;
}

export interface Question {
  readonly kind: string;
  readonly words: readonly string[];
  readonly input: Readonly<Record<string, unknown>>;
}

/** Names that speak in the store. */
export const speakers = ['Maria', 'Anton', 'Yusuf', 'Ingrid'];

const middle = (random: Random) => word(200 + Math.floor(random() * 5_000));
const rare = (random: Random) => word(5_000 + Math.floor(random() * 50_000));
const ordinary = (random: Random) => word(rank(random));
const commonest = (random: Random) => {
  const first = Math.floor(random() * 5);
  return [word(first), word((first + 1 + Math.floor(random() * 4)) % 5)];
};

/** Two neighbours swapped, somewhere inside. */
function misspelt(right: string, random: Random): string {
  const at = 1 + Math.floor(random() * (right.length - 3));
  return right.slice(0, at) + right.charAt(at + 1) + right.charAt(at) + right.slice(at + 2);
}

const times = ['yesterday', 'last week', 'in March', 'in February 2026', '3 days ago'];

/** A question of one of eight kinds, each as often as the others. */
export function question(n: number, random: Random, sessions: readonly string[]): Question {
  const of = (kind: string, words: readonly string[], more: object = {}, query = words.join(' ')): Question => {
    return { kind, words, input: { query, ...more } };
  };
  const some = (count: number, make: (random: Random) => string) => Array.from({ length: count }, () => make(random));
  const pick = (list: readonly string[]) => String(list[Math.floor(random() * list.length)]);
  switch (n % 8) {
    case 0:
      return of('rare', some(2, rare));
    case 1:
      return of('sentence', some(6, ordinary));
    case 2:
      return of('common', commonest(random));
    case 3: {
      const known = middle(random);
      return of('typo', [misspelt(`${known}${known.length < 6 ? known : ''}`, random), middle(random)]);
    }
    case 4: {
      const words = [...commonest(random).slice(1), ...some(2, middle)];
      return of('name', words, {}, `What did ${pick(speakers)} say about ${words.join(' ')}?`);
    }
    case 5: {
      const words = [...some(2, ordinary), middle(random)];
      return of('time', words, {}, `When did we ${words.join(' ')} ${pick(times)}?`);
    }
    case 6:
      return of('session', some(3, ordinary), { session_id: pick(sessions) });
    default:
      return of('kind', some(3, ordinary), n % 16 === 7 ? { kinds: ['message'] } : { since: '2026-06-01' });
  }
}
