// The `hooks` member of a settings file: event → groups → handlers with a command (Claude Code, Codex, Gemini CLI), or
// event → handlers (Cursor).
import type { JsonValue } from '../../../core/captured.ts';
import { insertJson, type JsonPath, type JsonShape, jsonShape, removeJson } from '../../../core/json-edit.ts';
import { hasPath, isEmptyAt, isSame, itemsAt, member, shapeOfValue, stringIn, withMember, without } from './shapes.ts';

/** Event name → the group, or the handler, to add to that event's list. */
export type HookEntries = Readonly<Record<string, JsonValue>>;

export type AddedHooks =
  | { readonly kind: 'refused'; readonly reason: string }
  /** text: equal to the old one when nothing was missing. containers: what had to be made to hold our entries, outermost first. */
  | { readonly kind: 'edited'; readonly text: string; readonly containers: readonly JsonPath[] };

export type RemovedHooks =
  | { readonly kind: 'refused'; readonly reason: string }
  | { readonly kind: 'edited'; readonly text: string; readonly removed: number };

/**
 * Adds groups to the hooks of a settings text, at the end of each event's list.
 * text: JSON or JSONC; blank counts as absent. An event that already runs a command of ours is left as it is, so adding
 * twice is adding once. The result is read back, and refused unless it says exactly the old text plus our entries.
 * base: members to stand before the hooks in a text that holds nothing yet.
 */
export function addHookEntries(
  text: string,
  entries: HookEntries,
  isOurs: (command: string) => boolean,
  base: Readonly<Record<string, JsonValue>> = {},
): AddedHooks {
  if (text.trim() === '') {
    const containers = [['hooks'], ...Object.keys(entries).map((event) => ['hooks', event])];
    const hooks = Object.fromEntries(Object.entries(entries).map(([event, group]) => [event, [group]]));
    return { kind: 'edited', text: `${JSON.stringify({ ...base, hooks }, null, 2)}\n`, containers };
  }
  const before = jsonShape(text);
  const reason = before ? whyUnfit(before, Object.keys(entries)) : 'it is not valid JSON';
  if (!before || reason) return { kind: 'refused', reason: reason ?? 'it is not valid JSON' };
  let [edited, wanted]: [string | undefined, JsonShape] = [text, before];
  const containers: JsonPath[] = [];
  for (const [event, group] of Object.entries(entries)) {
    if (commandsOf(wanted, event).some(({ command }) => isOurs(command))) continue;
    const path = ['hooks', event].filter((_, depth) => !hasPath(wanted, ['hooks', event].slice(0, depth + 1)));
    if (path.length === 2) containers.push(['hooks']);
    if (path.length > 0) containers.push(['hooks', event]);
    edited = edited === undefined ? undefined : insertGroup(edited, { event, group, missing: path.length });
    wanted = withGroup(wanted, event, shapeOfValue(group));
  }
  if (edited === undefined || !isSame(jsonShape(edited), wanted)) {
    return { kind: 'refused', reason: 'it has a form that cannot be extended safely' };
  }
  return { kind: 'edited', text: edited, containers };
}

/**
 * Takes every handler whose command is ours out of a settings text, with groups that held nothing else.
 * containers: what addHookEntries had made; those that are empty now go too, others stay. The result is read back, and
 * refused unless it says exactly the old text without our handlers.
 */
export function removeHookEntries(
  text: string,
  isOurs: (command: string) => boolean,
  containers: readonly JsonPath[],
): RemovedHooks {
  const before = jsonShape(text);
  if (!before) return { kind: 'refused', reason: 'it is not valid JSON' };
  const paths = removals(before, isOurs);
  let [edited, wanted]: [string | undefined, JsonShape] = [text, before];
  // last first: removing one does not move those before it
  for (const path of paths.toReversed()) {
    edited = edited === undefined ? undefined : removeJson(edited, path);
    wanted = without(wanted, path);
  }
  for (const path of containers.toReversed()) {
    if (!isEmptyAt(wanted, path)) continue;
    edited = edited === undefined ? undefined : removeJson(edited, path);
    wanted = without(wanted, path);
  }
  if (edited === undefined || !isSame(jsonShape(edited), wanted)) {
    return { kind: 'refused', reason: 'our lines cannot be taken out of it safely' };
  }
  return { kind: 'edited', text: edited, removed: paths.length };
}

function whyUnfit(root: JsonShape, events: readonly string[]): string | undefined {
  if (root.kind !== 'object') return 'it does not hold an object';
  const hooks = root.members.filter(([key]) => key === 'hooks').map(([, value]) => value);
  if (hooks.length > 1) return 'it has "hooks" twice';
  const [only] = hooks;
  if (!only) return undefined;
  if (only.kind !== 'object') return 'its "hooks" is not an object';
  for (const event of events) {
    const lists = only.members.filter(([key]) => key === event);
    if (lists.length > 1) return `it has "hooks.${event}" twice`;
    if (lists[0] && lists[0][1].kind !== 'array') return `its "hooks.${event}" is not a list`;
  }
  return undefined;
}

function insertGroup(
  text: string,
  add: { readonly event: string; readonly group: JsonValue; readonly missing: number },
): string | undefined {
  const { event, group, missing } = add;
  if (missing === 2) return insertJson(text, { path: [], key: 'hooks', value: { [event]: [group] } });
  if (missing === 1) return insertJson(text, { path: ['hooks'], key: event, value: [group] });
  return insertJson(text, { path: ['hooks', event], value: group });
}

interface FoundCommand {
  readonly group: number;
  /** Undefined for a handler that stands in the list itself. */
  readonly handler: number | undefined;
  readonly command: string;
}

function commandsOf(root: JsonShape, event: string): readonly FoundCommand[] {
  return itemsAt(root, ['hooks', event]).flatMap((item, group): FoundCommand[] => {
    const alone = stringIn(item, 'command');
    if (alone !== undefined) return [{ group, handler: undefined, command: alone }];
    return itemsAt(item, ['hooks']).flatMap((each, handler) => {
      const command = stringIn(each, 'command');
      return command === undefined ? [] : [{ group, handler, command }];
    });
  });
}

/** Paths to cut, in the order of the text: a whole group where all its handlers are ours and nothing else is in it. */
function removals(root: JsonShape, isOurs: (command: string) => boolean): readonly JsonPath[] {
  const hooks = member(root, 'hooks');
  const events = hooks?.kind === 'object' ? hooks.members.map(([event]) => event) : [];
  return [...new Set(events)].flatMap((event) => {
    const ours = commandsOf(root, event).filter(({ command }) => isOurs(command));
    return itemsAt(root, ['hooks', event]).flatMap((group, index): JsonPath[] => {
      const found = ours.filter((each) => each.group === index);
      const handlers = found.flatMap(({ handler }) => (handler === undefined ? [] : [handler]));
      const isAll = found.length > 0 && found.length === itemsAt(group, ['hooks']).length && isPlainGroup(group);
      if (isAll || found.some(({ handler }) => handler === undefined)) return [['hooks', event, index]];
      return handlers.map((handler) => ['hooks', event, index, 'hooks', handler]);
    });
  });
}

function isPlainGroup(group: JsonShape): boolean {
  return group.kind === 'object' && group.members.every(([key]) => key === 'hooks' || key === 'matcher');
}

function withGroup(root: JsonShape, event: string, group: JsonShape): JsonShape {
  const hooks = member(root, 'hooks') ?? { kind: 'object', members: [] };
  const list: JsonShape = { kind: 'array', items: [...itemsAt(root, ['hooks', event]), group] };
  return withMember(root, 'hooks', withMember(hooks, event, list));
}
