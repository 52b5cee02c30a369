// What a decision about a conflict says, checked against what the field can hold.
import { canonical } from '../../core/canonical.ts';
import { PrsistError } from '../../core/errors.ts';
import { limits } from '../../core/limits.ts';
import type { Parsed } from '../../core/operation.ts';
import { taskStatuses } from '../../core/words.ts';
import type { Write } from '../../store/record-type.ts';
import type { contract } from './contract.ts';
import type { ConflictResolve } from './records.ts';
import type { StoredSide } from './wire.ts';

type Resolve = Parsed<(typeof contract)['conflict.resolve']>;
type Said = Pick<ConflictResolve, 'pick' | 'value' | 'value_blob' | 'value_bytes'>;

/** The fields that say which value it is to be. Throws input/invalid unless exactly one thing is said and fits. */
export function decisionOf(
  tx: Write,
  input: Resolve,
  of: { readonly field: string; readonly sides: readonly StoredSide[] },
): Said {
  const ways = [input.pick !== undefined, input.both, input.value !== undefined].filter(Boolean).length;
  if (ways !== 1) throw new PrsistError('input/invalid', 'say one of pick, both and value', { field: 'pick' });
  if (input.pick === undefined) return tx.keep('value', canonical(wantedValue(input, of)), limits.inlineValueBytes);
  if (input.pick > of.sides.length) {
    throw new PrsistError('input/invalid', `there are ${of.sides.length} sides`, { field: 'pick' });
  }
  return { pick: input.pick - 1 };
}

function wantedValue(
  { both, value }: Resolve,
  { field, sides }: { readonly field: string; readonly sides: readonly StoredSide[] },
): unknown {
  if (both) return united(sides);
  const isJson = field === 'value' || field.startsWith('value.') || field.startsWith('metadata');
  if (!isJson && typeof value !== 'string')
    throw new PrsistError('input/invalid', `${field} is a text`, { field: 'value' });
  if (field === 'status' && !taskStatuses.includes(value as never)) {
    throw new PrsistError('input/invalid', `status is one of ${taskStatuses.join(', ')}`, { field: 'value' });
  }
  return value;
}

/** Texts of several lines one after the other, lists with what any of them has. */
function united(sides: readonly StoredSide[]): unknown {
  const values = sides.map(({ value }) => value);
  if (values.every((value) => typeof value === 'string' && value.includes('\n'))) return values.join('\n');
  if (values.every((value) => Array.isArray(value))) {
    return [...new Map(values.flat().map((each) => [canonical(each), each])).values()];
  }
  throw new PrsistError('input/invalid', 'only texts of several lines and lists can be both', {
    ...{ field: 'both', hint: 'choose one with --pick, or give another with --value' },
  });
}
