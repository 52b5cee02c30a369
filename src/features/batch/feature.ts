import type { Parsed, Reply } from '../../core/operation.ts';
import type { Write } from '../../store/record-type.ts';
import { type Context, type Feature, feature } from '../feature.ts';
import { contract } from './contract.ts';

type Run = (typeof contract)['batch.run'];
export type Step = Parsed<Run>['operations'][number];

export interface BatchNeeds {
  /** The database all steps write to. Throws for a step that is refused, or belongs to the other one. */
  readonly storeOf: (steps: readonly Step[], context: Context) => 'project' | 'user';
  /** Runs one step in the transaction of all. */
  readonly run: (tx: Write, step: Step, at: { readonly index: number; readonly context: Context }) => unknown;
}

/** Several writes as one. */
export function batchFeature(needs: BatchNeeds): Feature {
  return feature(contract, {
    storeOf: { 'batch.run': ({ operations }, context) => needs.storeOf(operations, context) },
    verbs: {
      'batch.run': (tx, { operations }, context) => ({
        // every verb answers with an object
        items: operations.map((step, index) => needs.run(tx, step, { index, context })) as Reply<Run>['items'],
      }),
    },
  });
}
