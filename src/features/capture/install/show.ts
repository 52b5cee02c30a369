import { unifiedDiff } from '../../../core/diff.ts';
import type { FileOperation, FilePlan } from '../../../core/file-edit.ts';

/** A plan as --dry-run prints it: a unified diff per file, a line for everything else, then the notes. '' when empty. */
export function showPlan(plan: FilePlan): string {
  const notes = plan.notes.map(({ path, message, lines }) => `${path}: ${message}\n${lines ?? ''}`);
  return [...plan.operations.map(shown), ...notes].join('');
}

function shown(operation: FileOperation): string {
  const { path } = operation;
  if (operation.kind === 'edit') return unifiedDiff(path, operation.before, operation.after) || `mode of ${path}\n`;
  if (operation.kind === 'displace')
    return `rename ${path} to ${operation.aside}\n${unifiedDiff(path, null, operation.after)}`;
  if (operation.kind === 'return') return `rename ${operation.aside} to ${path}\n`;
  return operation.kind === 'directory' ? `directory ${path}\n` : `remove directory ${path} if it is empty\n`;
}
