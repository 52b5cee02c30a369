import type { Reply } from '../../../core/operation.ts';
import type { Context } from '../../feature.ts';
import type { packageContract } from '../contract-packages.ts';
import { exportPackage } from './export.ts';
import { importPackage } from './import.ts';
import { allImports, type ImportNote } from './import-queries.ts';
import type { PackageNeeds } from './needs.ts';

type List = (typeof packageContract)['package.list'];

/** Making packages, taking them in, and which were. */
export function packageVerbs(needs: PackageNeeds) {
  return {
    'package.export': exportPackage(needs),
    'package.import': importPackage(needs),
    'package.list': async ({ read }: Context): Promise<Reply<List>> => ({
      items: read.project.all(allImports, {}).map(shown),
      recipient: await needs.recipient(),
    }),
  };
}

function shown({ value }: { readonly value: string }) {
  const note = JSON.parse(value) as ImportNote; // kept by an import
  const { package_id, name, dev, is_member, added, started_at, ended_at, undone_at } = note;
  return {
    ...{ package_id, name, dev, is_member, records: added },
    strategy: note.strategy as Reply<List>['items'][number]['strategy'], // a word that a contract let in
    started_at: rfc3339(started_at),
    ended_at: ended_at === null ? null : rfc3339(ended_at),
    undone_at: undone_at === null ? null : rfc3339(undone_at),
  };
}

function rfc3339(ms: number): string {
  return new Date(ms).toISOString();
}
