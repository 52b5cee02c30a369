import { PrsistError } from '../core/errors.ts';
import type { Operation } from '../core/operation.ts';
import type { BatchNeeds, Step } from '../features/batch/feature.ts';
import type { Context, Feature, StorePlace } from '../features/feature.ts';
import type { Write } from '../store/record-type.ts';
import { inputError } from './input-error.ts';
import { authorise } from './rights.ts';

type WriteVerb = (tx: Write, input: unknown, context: Context) => unknown;

interface Found {
  readonly feature: Feature;
  readonly operation: Operation;
  readonly input: unknown;
}

/** How the steps of batch.run find their verbs: only plain writes, all of one database. features: known once all are made. */
export function batchSteps(features: () => readonly Feature[]): BatchNeeds {
  return {
    storeOf(steps, context) {
      const stores = steps.map((step, index) => storeOf(find(features(), step, index), { step, index, context }));
      const at = stores.findIndex((store) => store !== stores[0]);
      if (at > 0) {
        throw refused(
          at,
          `${steps[at]?.name} writes to the ${stores[at]} database, the first to the ${stores[0]} database`,
        );
      }
      return stores[0] ?? 'project';
    },
    run(tx, step, { index, context }) {
      const { feature, operation, input } = find(features(), step, index);
      try {
        authorise({ name: step.name, effect: operation.effect, body: step.input, caller: context.caller });
        // feature() has checked that the verb of a write is one
        return (feature.verbs[step.name] as WriteVerb)(tx, input, context);
      } catch (error) {
        throw error instanceof PrsistError ? placed(error, index) : error;
      }
    },
  };
}

function find(features: readonly Feature[], { name, input }: Step, index: number): Found {
  const feature = features.find((each) => Object.hasOwn(each.contract, name));
  const operation = feature?.contract[name as `${string}.${string}`]; // own member, checked above
  if (!feature || !operation) throw placed(new PrsistError('route/unknown', `no operation ${name}`), index);
  const why = refusal(name, operation);
  if (why) throw refused(index, `${name} cannot be part of a batch: ${why}`);
  const parsed = operation.input.safeParse(input);
  if (!parsed.success) throw placed(inputError(parsed.error, input), index, 'input');
  return { feature, operation, input: parsed.data };
}

function refusal(name: string, operation: Operation): string | undefined {
  if (name === 'batch.run') return 'it is one itself';
  if (operation.effect === 'read') return 'it only reads';
  if (operation.effect === 'job') return 'it is a job of its own';
  if (operation.when === 'settled') return 'it first takes in what was said, which no transaction can wait for';
  if (operation.after === 'told') return 'it answers only when the files of agents are written';
  if (operation.after === 'erased') return 'it reaches beyond the database';
  if (operation.repeat === 'never kept') return 'its answer is shown once and kept nowhere';
  return undefined;
}

interface Placing {
  readonly step: Step;
  readonly index: number;
  readonly context: Context;
}

function storeOf({ feature, operation, input }: Found, { step, index, context }: Placing): 'project' | 'user' {
  // the selector was declared for this operation's input
  const choose = feature.storeOf[step.name] as ((input: unknown, context: Context) => StorePlace) | undefined;
  const place = choose?.(input, context) ?? operation.on ?? 'project';
  if (place === 'memory') throw refused(index, `${step.name} of an ephemeral entry cannot be undone with the others`);
  return place;
}

function refused(index: number, message: string): PrsistError {
  return new PrsistError('input/invalid', message, {
    ...{ field: `operations.${index}.name`, hint: 'send it by itself; nothing of this batch was done' },
  });
}

/** The same error, saying which step it is of. */
function placed(error: PrsistError, index: number, below = ''): PrsistError {
  const parts = ['operations', index, below || (error.field === undefined ? '' : 'input'), error.field ?? ''];
  return new PrsistError(error.code, error.message, {
    ...{ hint: error.hint, cause: error, field: parts.filter((part) => part !== '').join('.') },
    ...(error.retryMs === undefined ? {} : { retryMs: error.retryMs }),
    ...(error.details === undefined ? {} : { details: error.details }),
  });
}
