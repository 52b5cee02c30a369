// How results are shown: a row for each measure, a column for each system.
import { type Scores, valueIn } from './score.ts';

export interface Measured {
  readonly prsist: Scores;
  readonly fts5: Scores;
  readonly grep: Scores;
  /** By the corrected lists of evidence; of conversations alone. */
  readonly fixed?: Scores;
}

const ofDialogue = {
  'ev@2k': 'ev2k',
  'all evidence @2k': 'all2k',
  'all evidence @2k, cat 1': 'cat1.all2k',
  'R@5': 'r5',
  'R@10': 'r10',
  'R@20': 'r20',
  'R@50': 'r50',
  MRR: 'mrr',
  'R@5, cat 5': 'cat5.r5',
  'session R@5, all 5': 'ALL5.s5',
  'session hit@1, all 5': 'ALL5.hit1',
  'session hit@5, all 5': 'ALL5.hit5',
  'ev@2k, cat 1': 'cat1.ev2k',
  'ev@2k, cat 2': 'cat2.ev2k',
  'ev@2k, cat 3': 'cat3.ev2k',
  'ev@2k, cat 4': 'cat4.ev2k',
} as const;
const ofPairs = { MRR: 'mrr', 'R@1': 'r1', 'R@5': 'r5', 'R@10': 'r10', 'R@20': 'r20', 'R@50': 'r50' } as const;

/** A table in Markdown of everything measured, with what is ahead of FTS5 and the floors. */
export function table(measured: Measured, floors: Readonly<Record<string, number>>): string {
  const { prsist, fts5, grep, fixed } = measured;
  const names: Readonly<Record<string, string>> = fixed ? ofDialogue : ofPairs;
  const rows = Object.entries(names).map(([title, name]) => {
    const [ours, theirs] = [valueIn(prsist, name), valueIn(fts5, name)];
    const lead = ours === undefined || theirs === undefined ? undefined : ours - theirs;
    const corrected = fixed ? [shown(valueIn(fixed, name))] : [];
    return [
      title,
      shown(ours),
      ...corrected,
      shown(theirs),
      signed(lead),
      shown(valueIn(grep, name)),
      floors[name] ?? '',
    ];
  });
  const heads = ['measure', 'prsist', ...(fixed ? ['fixed'] : []), 'FTS5', 'lead', 'grep', 'floor'];
  const { p50, p95, p99 } = prsist.ms;
  const lines = [heads, heads.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`);
  return `${lines.join('\n')}\nms a question through the daemon: p50 ${p50}, p95 ${p95}, p99 ${p99}`;
}

function shown(value: number | undefined): string {
  return value?.toFixed(1) ?? '–';
}

function signed(value: number | undefined): string {
  return value === undefined ? '–' : `${value < 0 ? '−' : '+'}${Math.abs(value).toFixed(1)}`;
}
