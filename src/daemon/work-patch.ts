// The changes of a work tree that go along with a handoff.
import { PrsistError } from '../core/errors.ts';
import { limits } from '../core/limits.ts';
import { newSection, type Sorted, sectionsOf, sorted, withoutSecrets } from '../core/patch.ts';
import type { CaptureRules } from '../features/capture/needs.ts';
import type { Context } from '../features/feature.ts';
import type { WorkPatch } from '../features/sessions/needs.ts';
import { changesOf } from '../platform/git-changes.ts';
import { workTreeOf } from '../platform/repository.ts';

const field = { field: 'with_patch' };

/**
 * What the work tree of a request has that its last commit has not, by the rules of its project. rules: by the root.
 * Throws input/invalid outside of git, limit/too-large with the size.
 */
export async function workPatch(
  rules: (root: string | undefined) => CaptureRules,
  { caller, project }: Context,
): Promise<WorkPatch> {
  const tree = workTreeOf(caller.directory ?? project.root ?? '/');
  if (!tree) throw new PrsistError('input/invalid', 'there is no git work tree to make a patch of', field);
  const { ignores, redactor } = rules(project.root);
  const isIgnored = (path: string) => ignores?.(path, tree.top) ?? false;
  const changes = await changesOf(tree.top, { most: limits.patchBytes, ignores: isIgnored });
  if (!changes) {
    const hint = 'commit once, or hand over without the patch';
    throw new PrsistError('input/invalid', 'git makes no patch here: no commit yet, or far too much', {
      ...field,
      hint,
    });
  }
  const all = [...sectionsOf(changes.diff), ...changes.made.map(newSection)];
  const wanted = sorted(all, isIgnored);
  requireBounds(wanted);
  const clean = withoutSecrets(wanted.sections, (text) => redactor.text(text).text);
  requireBounds(clean);
  const text = clean.sections.map((section) => section.text).join('');
  const left_out = [...changes.left_out, ...wanted.left_out, ...clean.left_out].map(({ path, why }) => {
    return { path: redactor.text(path).text, why };
  });
  return { base: changes.base, text, files: clean.sections.length, left_out };
}

function requireBounds({ sections }: Sorted): void {
  const bytes = sections.reduce((sum, { text }) => sum + Buffer.byteLength(text), 0);
  if (bytes <= limits.patchBytes) return;
  throw new PrsistError(
    'limit/too-large',
    `the patch has ${bytes} bytes or more, at most ${limits.patchBytes} are taken`,
    {
      ...{ ...field, hint: 'commit what need not travel as a patch, or hand over without it' },
    },
  );
}
