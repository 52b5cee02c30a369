import { PrsistError } from '../../core/errors.ts';
import type { Id } from '../../core/ids.ts';
import { keyedEntity } from '../../core/record.ts';

/** What the name of every document of the memory bank begins with. */
export const bankPrefix = 'bank:';
export const bankKind = 'memory-bank';

/** Id of the document of this uri: the same on every device, whether it exists or not. */
export function documentId(uri: string): Id {
  return keyedEntity({ type: 'document', key: uri, scope: 'project' });
}

const bankName = /^(?:[^./\\\s][^/\\\u0000-\u001f\u007f]{0,127}\/){0,8}[^./\\\s][^/\\\u0000-\u001f\u007f]{0,127}\.md$/;

/**
 * True for a name that may become a file of a memory bank: Markdown below its directory, nothing hidden, no way out.
 * Names come from whoever puts documents, and are joined to a person's directory.
 */
export function isBankName(name: string): boolean {
  return bankName.test(name) && name.isWellFormed();
}

/** The kind a document has by its name. Throws input/invalid for a name that no file of a memory bank can have. */
export function kindOf(uri: string, kind: string | undefined): string | undefined {
  if (!uri.startsWith(bankPrefix)) {
    if (kind !== bankKind) return kind;
    throw new PrsistError('input/invalid', `a document of the memory bank is named ${bankPrefix}NAME.md`, {
      field: 'uri',
      hint: `${bankPrefix}activeContext.md`,
    });
  }
  if (isBankName(uri.slice(bankPrefix.length))) return bankKind;
  throw new PrsistError('input/invalid', `"${uri}" cannot be a file of the memory bank`, {
    field: 'uri',
    hint: `name it ${bankPrefix}NAME.md, below folders that are not hidden`,
  });
}
