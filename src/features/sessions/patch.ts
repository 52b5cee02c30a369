// The changes of a work tree that a handoff takes along.
import { PrsistError } from '../../core/errors.ts';
import type { Parsed, Reply } from '../../core/operation.ts';
import type { Read, Write } from '../../store/record-type.ts';
import type { Context } from '../feature.ts';
import type { contract } from './contract.ts';
import type { SessionNeeds, WorkPatch } from './needs.ts';
import type { HandoffCreate } from './records.ts';

type Handoff = (typeof contract)['session.handoff'];
type Told = Reply<(typeof contract)['session.accept']>['patch'];

/** Gathers the patch of a handoff that asks for one, before its transaction: nothing is handed over without it. */
export function preparePatch(needs: SessionNeeds) {
  return async ({ with_patch }: Parsed<Handoff>, context: Context): Promise<WorkPatch | undefined> =>
    with_patch ? needs.patch?.(context) : undefined;
}

/** The fields in which a handoff keeps its patch. Throws input/invalid where it was asked for and none was gathered. */
export function patchFields(tx: Write, { with_patch }: Parsed<Handoff>, { prepared }: Context): Partial<HandoffCreate> {
  if (!with_patch) return {};
  // what preparePatch gave; nothing where several writes are one
  const patch = prepared as WorkPatch | undefined;
  if (!patch) {
    throw new PrsistError('input/invalid', 'a patch goes only with a handoff of its own request', {
      field: 'with_patch',
    });
  }
  const { base, text, files, left_out } = patch;
  const patch_info = { base, files, bytes: Buffer.byteLength(text), left_out };
  return { patch_info, ...(text === '' ? {} : tx.keep('patch', text)) };
}

/** A handoff's patch as it travels; null for one without. */
export function patchOf(read: Read, sent: HandoffCreate): Told {
  const { patch_info } = sent;
  if (patch_info === undefined) return null;
  return { ...patch_info, left_out: [...patch_info.left_out], text: read.text({ ...sent }, 'patch') };
}
