// What moves a text up or down besides its words: who said it, when, what it is, where.
import type { Gathered } from './candidates.ts';
import type { Question } from './question.ts';
import type { Scorable } from './rescore.ts';
import type { Seeking } from './sought.ts';
import { nearness } from './spans.ts';
import { stem } from './stem.ts';
import { nameParts, wordsOf } from './tokens.ts';
import { weights } from './weights.ts';

interface Asking {
  readonly seeking: Seeking;
  readonly question: Question;
  /** Id of the project that is asked in. */
  readonly own: string;
  /** True when other projects are searched as well. */
  readonly several: boolean;
}

type Factors = Pick<Scorable, 'factors' | 'byNamed'>;

/** Makes a function from a candidate to its factors; those of 1 are left out. all: every candidate. */
export function factorsFor(all: readonly Gathered[], asking: Asking): (item: Gathered) => Factors {
  const { seeking, question } = asking;
  const authors = new Map<string, boolean>();
  const byNamed = (author: string | null) => {
    if (author === null || seeking.named.length === 0) return false;
    const known = authors.get(author) ?? wordsOf(author).some((word) => seeking.named.includes(word));
    authors.set(author, known);
    return known;
  };
  const projects = projectFactors(all, asking, byNamed);
  const paths = pathsIn(question.text);
  const stems = new Set(seeking.words.map(stem));
  return (item) => {
    const factors: Record<string, number> = {};
    const add = (name: string, factor: number | undefined) => {
      if (factor !== undefined && factor !== 1) factors[name] = factor;
    };
    add('kind', weights.kinds[item.kind]);
    add('priority', weights.priorities[item.priority ?? '']);
    if (seeking.asksWhen && (item.flags & 2) !== 0) add('time', weights.time);
    add('span', spanFactor(seeking, item.at));
    if (item.kind === 'document' && item.path !== null) {
      add('called', calledFactor(item.path, stems));
      if (prose.test(item.path)) add('prose', weights.prose);
    }
    add('project', projects.get(item.source.project?.id ?? ''));
    if (paths.some((path) => item.path?.includes(path))) add('path', weights.path);
    return { factors, byNamed: byNamed(item.author) };
  };
}

function spanFactor({ times }: Seeking, at: number): number {
  if (times.spans.length + times.months.length === 0) return 1;
  const { share, isDay } = nearness(times, at);
  const most = (isDay ? weights.onDay : weights.inSpan) - 1;
  return share === 'in' ? 1 + most : share === 'after' ? 1 + most * weights.after : 1;
}

/** What is written about code quotes everything that code is about. */
const prose = /\.(?:md|mdx|txt|rst|adoc)$/i;

/** Of a file whose name is made of words of the question. */
function calledFactor(path: string, stems: ReadonlySet<string>): number {
  const name = path.slice(path.lastIndexOf('/') + 1).replace(/\.\w+$/, '');
  const parts = nameParts(name);
  const words = new Set((parts === '' ? wordsOf(name) : wordsOf(parts)).map(stem));
  const asked = [...words].filter((word) => stems.has(word)).length;
  return 1 + weights.called * (asked / Math.max(1, words.size));
}

/** By project id. A project is meant when the question names it, or a person who said something in it. */
function projectFactors(
  all: readonly Gathered[],
  { question, own, several }: Asking,
  byNamed: (author: string | null) => boolean,
): ReadonlyMap<string, number> {
  if (!several) return new Map();
  const words = new Set(wordsOf(question.text));
  const meant = new Set<string>();
  for (const { source, author } of all) {
    const { project } = source;
    if (project && (byNamed(author) || wordsOf(project.name).some((word) => words.has(word)))) meant.add(project.id);
  }
  return meant.size > 0
    ? new Map([...meant].map((id) => [id, weights.namedProject]))
    : new Map([[own, weights.ownProject]]);
}

/** Names of files in a question: src/a.ts, a.test.ts. */
function pathsIn(text: string): readonly string[] {
  return text.match(/[\w@./-]*\w\.[a-z]\w{0,7}\b/g) ?? [];
}
