import { join } from 'node:path';
import { type Feature, feature } from '../feature.ts';
import { bankVerb } from './bank/bank.ts';
import { contract } from './contract.ts';
import { history } from './history.ts';
import { importDocuments } from './import.ts';
import type { DocumentParts } from './needs.ts';
import { documents } from './projection.ts';
import { put } from './put.ts';
import { get, list } from './read.ts';
import { restore, retire } from './retire.ts';
import { trust } from './trust.ts';

/** Documents: texts with a name and a history, read from files or put by whoever has them; memory banks among them. */
export function documentsFeature(parts: DocumentParts): Feature {
  return feature(contract, {
    verbs: {
      'document.put': put,
      'document.import': importDocuments(parts),
      'document.get': get,
      'document.list': list,
      'document.history': history,
      'document.delete': retire,
      'document.restore': restore,
      'document.trust': trust,
      'bank.import': bankVerb(parts, 'import'),
      'bank.export': bankVerb(parts, 'export'),
      'bank.sync': bankVerb(parts, 'both'),
    },
    projections: [documents],
    migrations: {
      directory: join(import.meta.dirname, 'migrations'),
      files: ['0013-documents.sql', '0034-documents-merged.sql'],
    },
  });
}
