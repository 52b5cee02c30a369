// What a project wants left out, applied before anything of it is written.
import type { Captured, CapturedToolCall, CapturedToolResult, JsonValue } from '../../core/captured.ts';
import { commandNames, holdsPath, type IsIgnored, textNames, valueNames } from './naming.ts';
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
 * went into and came out of calls that name them, by path, in a command or in what they give.
 * ignored: such calls that have no result yet; changed in place. value: the whole line, in which an agent may say again
 * what a call did.
 */
export function sift(items: readonly Captured[], rules: CaptureRules, { ignored, cwdOf, value }: Sifting): Sifted {
  if (rules.toolOutput === 'keep' && !rules.ignores && ignored.length === 0) return { items, cut: false };
  const isIgnored = (session: string | undefined) => (path: string) => rules.ignores?.(path, cwdOf(session)) ?? false;
  const kept = items.flatMap((item) => sifted(item, rules, { ignored, isIgnored: isIgnored(item.session) }));
  const isCut = kept.length !== items.length || kept.some((item, i) => item !== items[i]);
  return {
    items: kept,
    cut: isCut || (rules.ignores !== undefined && tells(items, value, isIgnored(items[0]?.session))),
  };
}

interface Sifting {
  readonly ignored: string[];
  /** Where a conversation works; undefined: the one that the line belongs to though it does not say so. */
  readonly cwdOf: (session: string | undefined) => string | undefined;
  readonly value: JsonValue | undefined;
}

/** What people and agents say may name a file; anything else that does may hold what is in it. */
function tells(items: readonly Captured[], value: JsonValue | undefined, isIgnored: IsIgnored): boolean {
  const isSaid = items.some(({ kind }) => kind === 'message');
  return isSaid ? holdsPath(value, isIgnored) : valueNames(value, isIgnored);
}

interface Ignoring {
  readonly ignored: string[];
  readonly isIgnored: IsIgnored;
}

function sifted(item: Captured, rules: CaptureRules, ignoring: Ignoring): Captured[] {
  const { ignored, isIgnored } = ignoring;
  if (item.kind === 'edit') return isIgnored(item.path) || isIgnored(item.oldPath ?? '') ? [] : [item];
  if (item.kind === 'tool-call') {
    if (rules.ignores === undefined || !callNames(item, isIgnored)) return [item];
    if (ignored.push(item.callId) > mostIgnored) ignored.shift();
    const { input: _input, command: _command, files: _files, ...bare } = item;
    return [bare];
  }
  return item.kind === 'tool-result' ? [result(item, rules, ignoring)] : [item];
}

/** A call that says where it works names files from there. */
function callNames({ files, command, input }: CapturedToolCall, isIgnored: IsIgnored): boolean {
  const place = isObject(input) ? (input['workdir'] ?? input['cwd']) : undefined;
  const isThere: IsIgnored = (path) =>
    isIgnored(path) || (typeof place === 'string' && !path.startsWith('/') && isIgnored(`${place}/${path}`));
  if (files?.some(isThere) || holdsPath(input, isThere)) return true;
  return commandNames(command ?? '', isThere) || (typeof input === 'string' && textNames(input, isThere));
}

function isObject(value: JsonValue | undefined): value is { readonly [key: string]: JsonValue } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function result(item: CapturedToolResult, rules: CaptureRules, { ignored, isIgnored }: Ignoring): Captured {
  const at = ignored.indexOf(item.callId);
  if (at !== -1) ignored.splice(at, 1);
  const { output, errorLine, ...bare } = item;
  if (at !== -1 || (rules.ignores && textNames(`${output ?? ''}\n${errorLine ?? ''}`, isIgnored))) return bare;
  if (rules.toolOutput === 'keep' || output === undefined) return item;
  return errorLine === undefined ? bare : { ...bare, errorLine };
}
