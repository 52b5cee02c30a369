// What a project wants left out, applied before anything of it is written.
import type { Captured } from '../../core/captured.ts';
import type { CaptureParts, CaptureRules } from './needs.ts';

/** The parts with the redaction of a project, which may be stricter than everybody's. */
export function strictly(parts: CaptureParts, root: string | undefined): CaptureParts {
  const { redactor } = parts.rules(root);
  // inherited, not copied: some parts are only there once the databases are open
  return redactor === parts.redactor ? parts : Object.create(parts, { redactor: { value: redactor } });
}

const mostIgnored = 1000;

export interface Sifted {
  readonly items: readonly Captured[];
  /** Something was left out: the line it came from is not kept as it is. */
  readonly cut: boolean;
}

/**
 * Leaves out what is not wanted of the items of one line: the output of tools; of ignored files their edits, and what
 * went into and came out of calls that name them. ignored: such calls that have no result yet; changed in place.
 */
export function sift(
  items: readonly Captured[],
  rules: CaptureRules,
  { ignored, cwdOf }: { readonly ignored: string[]; readonly cwdOf: (session: string) => string | undefined },
): Sifted {
  if (rules.toolOutput === 'keep' && !rules.ignores && ignored.length === 0) return { items, cut: false };
  const kept = items.flatMap((item) => sifted(item, rules, { ignored, isIgnored: (path) => isIgnored(item, path) }));
  return { items: kept, cut: kept.length !== items.length || kept.some((item, i) => item !== items[i]) };

  function isIgnored(item: Captured, path: string): boolean {
    return rules.ignores?.(path, cwdOf(item.session)) ?? false;
  }
}

interface Ignoring {
  readonly ignored: string[];
  readonly isIgnored: (path: string) => boolean;
}

function sifted(item: Captured, rules: CaptureRules, { ignored, isIgnored }: Ignoring): Captured[] {
  if (item.kind === 'edit') return isIgnored(item.path) || isIgnored(item.oldPath ?? '') ? [] : [item];
  if (item.kind === 'tool-call') {
    if (!item.files?.some(isIgnored)) return [item];
    if (ignored.push(item.callId) > mostIgnored) ignored.shift();
    const { input: _input, command: _command, files: _files, ...bare } = item;
    return [bare];
  }
  if (item.kind !== 'tool-result') return [item];
  const at = ignored.indexOf(item.callId);
  if (at === -1 && (rules.toolOutput === 'keep' || item.output === undefined)) return [item];
  const { output: _output, errorLine, ...bare } = item;
  if (at === -1) return [errorLine === undefined ? bare : { ...bare, errorLine }];
  ignored.splice(at, 1);
  return [bare];
}
