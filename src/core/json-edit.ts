// Edits of JSON and JSONC as text: what is not ours (comments, trailing commas, order, spelling, line ends) stays byte
// for byte. jsonc-parser reads; the text to insert is made here, because its own formatting touches neighbouring lines.
import {
  applyEdits,
  createScanner,
  type Edit,
  findNodeAtLocation,
  type Node,
  type ParseError,
  parseTree,
} from 'jsonc-parser';
import type { JsonValue } from './captured.ts';

export type JsonPath = readonly (string | number)[];

/** A document without its layout: members in order, scalars as they are spelled. Two that are equal say the same. */
export type JsonShape =
  | { readonly kind: 'object'; readonly members: readonly (readonly [string, JsonShape])[] }
  | { readonly kind: 'array'; readonly items: readonly JsonShape[] }
  | { readonly kind: 'scalar'; readonly source: string };

const commaToken = 5; // SyntaxKind of jsonc-parser, which declares it as a const enum
const commentTokens = [12, 13];

/** The shape of a JSON or JSONC text (byte order mark, comments and trailing commas allowed); undefined when it is neither. */
export function jsonShape(text: string): JsonShape | undefined {
  const { body } = splitMark(text);
  const root = read(body);
  return root && shapeOf(body, root);
}

/**
 * Appends a member to the object at a path, or an element to the array there (key undefined).
 * Takes over indentation, line ends and trailing comma of the place. Undefined when the text does not parse, the path
 * leads to something else, or the object has that key already.
 */
export function insertJson(
  text: string,
  place: { readonly path: JsonPath; readonly key?: string; readonly value: JsonValue },
): string | undefined {
  const { mark, body } = splitMark(text);
  const root = read(body);
  const container = root && findNodeAtLocation(root, [...place.path]);
  if (!root || container?.type !== (place.key === undefined ? 'array' : 'object')) return undefined;
  if (place.key !== undefined && container.children?.some((member) => keyOf(member) === place.key)) return undefined;
  return mark + applyEdits(body, insertion({ body, root, container }, place));
}

/**
 * Removes the member or element at a path with exactly one comma and the white space that only it needed.
 * A container that is left with white space alone is closed up. Undefined when nothing is there.
 */
export function removeJson(text: string, path: JsonPath): string | undefined {
  const { mark, body } = splitMark(text);
  const root = read(body);
  const found = root && path.length > 0 ? findNodeAtLocation(root, [...path]) : undefined;
  const child = found?.parent?.type === 'property' ? found.parent : found;
  const container = child?.parent;
  if (!child || !container) return undefined;
  const rest = applyEdits(body, removal(body, container, child));
  if ((container.children?.length ?? 0) > 1) return mark + rest;
  const [open, close] = [container.offset + 1, endOf(container) - 1 - (body.length - rest.length)];
  return mark + (rest.slice(open, close).trim() === '' ? rest.slice(0, open) + rest.slice(close) : rest);
}

function read(body: string): Node | undefined {
  const errors: ParseError[] = [];
  try {
    const root = parseTree(body, errors, { allowTrailingComma: true, disallowComments: false });
    return errors.length === 0 ? root : undefined;
  } catch (error) {
    // the parser recurses: brackets nested without end are no configuration
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

function splitMark(text: string): { readonly mark: string; readonly body: string } {
  return text.startsWith('\uFEFF') ? { mark: '\uFEFF', body: text.slice(1) } : { mark: '', body: text };
}

function shapeOf(body: string, node: Node): JsonShape {
  const children = node.children ?? [];
  if (node.type === 'array') return { kind: 'array', items: children.map((child) => shapeOf(body, child)) };
  if (node.type !== 'object') return { kind: 'scalar', source: body.slice(node.offset, endOf(node)) };
  const members = children.flatMap((member) => {
    const value = member.children?.[1];
    return value ? [[keyOf(member), shapeOf(body, value)] as const] : [];
  });
  return { kind: 'object', members };
}

function keyOf(member: Node): string {
  return String(member.children?.[0]?.value);
}

function endOf(node: Node): number {
  return node.offset + node.length;
}

interface Site {
  readonly body: string;
  readonly root: Node;
  readonly container: Node;
}

function insertion(site: Site, place: { readonly key?: string; readonly value: JsonValue }): Edit[] {
  const { body, container } = site;
  const last = container.children?.at(-1);
  const start = last ? endOf(last) : container.offset + 1;
  const gap = scanGap(body, start, endOf(container) - 1);
  const at = Math.max(start, gap.lastEnd);
  const head = place.key === undefined ? '' : `${JSON.stringify(place.key)}:`;
  const comma = last && gap.comma === undefined ? ',' : '';
  const trailing = gap.comma === undefined ? '' : ',';
  const { before, text, after } = layout(site, { at, head, value: place.value });
  const edits = [{ offset: at, length: 0, content: `${before}${text}${trailing}${after}` }];
  return comma === '' ? edits : [{ offset: start, length: 0, content: comma }, ...edits];
}

/** How the inserted text looks: on lines of its own where the container is written so, else on the line that is there. */
function layout(
  site: Site,
  what: { readonly at: number; readonly head: string; readonly value: JsonValue },
): { readonly before: string; readonly text: string; readonly after: string } {
  const { body, root, container } = site;
  const last = container.children?.at(-1);
  const eol = /\r?\n/.exec(body)?.[0] ?? '\n';
  const written = body.slice(container.offset, endOf(container));
  const closesLine = body.slice(what.at, endOf(container) - 1).includes('\n');
  const oneLine = last ? !written.includes('\n') : (root.children?.length ?? 0) > 0 && !body.trim().includes('\n');
  if (oneLine) {
    const isSpaced = /[:,]\s/.test(last ? written : body);
    const text = isSpaced
      ? `${what.head && `${what.head} `}${JSON.stringify(what.value, null, 1).replace(/\n\s*/g, ' ')}`
      : what.head + JSON.stringify(what.value);
    return { before: last && isSpaced ? ' ' : '', text, after: '' };
  }
  const unit = indentUnit(body, root);
  const isHugging = last !== undefined && !closesLine;
  const base = isHugging ? lineIndent(body, endOf(last)) : childIndent(body, container, unit);
  const text = (what.head && `${what.head} `) + JSON.stringify(what.value, null, unit).replaceAll('\n', eol + base);
  if (isHugging) return { before: ' ', text, after: '' };
  return { before: eol + base, text, after: closesLine ? '' : eol + lineIndent(body, container.offset) };
}

function removal(body: string, container: Node, child: Node): Edit[] {
  const siblings = container.children ?? [];
  const index = siblings.indexOf(child);
  const [previous, next] = [siblings[index - 1], siblings[index + 1]];
  const close = endOf(container) - 1;
  const after = scanGap(body, endOf(child), next?.offset ?? close).comma;
  const before = previous && after === undefined ? scanGap(body, endOf(previous), child.offset).comma : undefined;
  // without a comment between child and comma the two are cut as one
  const isJoined = after !== undefined && body.slice(endOf(child), after).trim() === '';
  const cut = withSpace(body, { from: child.offset, to: isJoined ? after + 1 : endOf(child) }, close);
  const edits: Edit[] = [{ offset: cut.from, length: cut.to - cut.from, content: '' }];
  if (after !== undefined && !isJoined) edits.push({ offset: after, length: 1, content: '' });
  if (before !== undefined) edits.push({ offset: before, length: 1, content: '' });
  // the comma before may stand right where the cut begins: the cut then starts behind it
  return edits.sort((a, b) => a.offset - b.offset);
}

/** Widens a range by the white space that goes with it: a line of its own whole, else the gap on one side. */
function withSpace(
  body: string,
  range: { readonly from: number; readonly to: number },
  close: number,
): { readonly from: number; readonly to: number } {
  const left = range.from - (/\s*$/.exec(body.slice(0, range.from))?.[0].length ?? 0);
  const right = range.to + (/^[ \t]*/.exec(body.slice(range.to))?.[0].length ?? 0);
  const newline = body.slice(left, range.from).search(/\r?\n[ \t]*$/);
  const endsLine = right === close || /^\r?\n/.test(body.slice(right));
  if (newline >= 0 && endsLine) return { from: left + newline, to: right === close ? range.to : right };
  if (newline >= 0) return { from: range.from, to: right };
  return endsLine ? { from: left, to: range.to } : { from: range.from, to: right };
}

/** Comma, and end of the last comma or comment, between two offsets where nothing else but white space stands. */
function scanGap(
  body: string,
  from: number,
  to: number,
): { readonly comma: number | undefined; readonly lastEnd: number } {
  const scanner = createScanner(body, false);
  scanner.setPosition(from);
  let comma: number | undefined;
  let lastEnd = from;
  for (let token: number = scanner.scan(); scanner.getTokenOffset() < to; token = scanner.scan()) {
    if (scanner.getTokenLength() === 0) break;
    if (token === commaToken) comma = scanner.getTokenOffset();
    if (token === commaToken || commentTokens.includes(token)) lastEnd = scanner.getPosition();
  }
  return { comma, lastEnd };
}

function lineIndent(body: string, offset: number): string {
  const line = body.slice(body.lastIndexOf('\n', offset - 1) + 1, offset);
  return /^[ \t]*/.exec(line)?.[0] ?? '';
}

function childIndent(body: string, container: Node, unit: string): string {
  const first = container.children?.[0];
  return (first && ownIndent(body, first)) ?? lineIndent(body, container.offset) + unit;
}

function indentUnit(body: string, root: Node): string {
  const first = root.children?.[0];
  const indent = first && ownIndent(body, first);
  const base = lineIndent(body, root.offset);
  return indent?.startsWith(base) && indent.length > base.length ? indent.slice(base.length) : '  ';
}

/** White space before a node that begins its line; undefined when something else stands before it. */
function ownIndent(body: string, node: Node): string | undefined {
  const line = body.slice(body.lastIndexOf('\n', node.offset - 1) + 1, node.offset);
  return line.trim() === '' && body.lastIndexOf('\n', node.offset - 1) >= 0 ? line : undefined;
}
