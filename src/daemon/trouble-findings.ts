import { type Finding, manual, mendable } from '../core/finding.ts';
import type { Trouble } from '../store/health.ts';

/** What a person is told of something that is wrong with a database. name: as in "database of shop". */
export function findingOf(name: string, trouble: Trouble): Finding {
  const of = (code: string, what: string, why: string) => ({
    ...{ group: 'store' as const, code: `store/${code}`, what: `the ${name} ${what}`, why },
  });
  switch (trouble.kind) {
    case 'damage':
      return manual({
        ...of('corrupt', `is damaged: ${trouble.what}`, 'what it holds may be wrong or lost'),
        fix: 'prsist store rebuild, else prsist restore <backup>',
      });
    case 'pragma':
      return manual({
        ...of(
          'pragma',
          `runs with ${trouble.name} ${trouble.value} instead of ${trouble.wanted}`,
          'what is acknowledged may not be on disk, or not be safe there',
        ),
        fix: 'prsist daemon stop',
      });
    case 'index':
      return mendable(
        of('index', `has a damaged index ${trouble.table}: ${trouble.what}`, 'search misses what is there'),
      );
    case 'table':
      return mendable(of('table', `lacks the table ${trouble.table}`, 'every question that needs it fails'));
    case 'wal':
      return mendable(
        of('wal', `has a WAL of ${trouble.bytes} bytes`, 'reading gets slower, and a start after a crash takes longer'),
      );
    case 'leftovers':
      return mendable(
        of(
          'orphan-blobs',
          `holds ${plural(trouble.count, 'text')} that nothing names`,
          'they take room, and nobody can ask for them any more',
        ),
      );
    case 'refused':
      return manual({
        ...of(
          'refused',
          `holds ${plural(trouble.count, 'record')} that could not be understood`,
          'what they say is not shown anywhere',
        ),
        fix: 'npm install -g prsist@latest && prsist store rebuild',
      });
    case 'clock':
      return manual({
        ...of(
          'clock',
          `was written ${Math.round(trouble.aheadMs / 60_000)} minutes in the future`,
          'new changes are dated after the newest one, until the clock has caught up',
        ),
        fix: 'date; timedatectl status',
      });
  }
}

function plural(count: number, word: string): string {
  return `${count} ${word}${count === 1 ? '' : 's'}`;
}
