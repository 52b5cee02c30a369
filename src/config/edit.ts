import { type Document, isMap, isNode, isScalar, type Node, parseDocument, stringify } from 'yaml';

/** A new value, or nothing: the key is taken out. */
export type Change = { readonly value: unknown } | 'unset';

/**
 * The text of a configuration file after one change. Comments and order stay; where a value is only replaced, every other
 * byte does. text: parses without error. key: `section.key`.
 */
export function edited(text: string, key: string, change: Change): string {
  const document = parseDocument(text);
  const path = key.split('.');
  if (change === 'unset') return document.hasIn(path) ? withoutKey(document, path) : text;
  if (document.contents === null) return appended(text, path, change.value);
  const spliced = inPlace(text, document, path, change.value);
  if (spliced !== undefined) return spliced;
  makeRoom(document, path.slice(0, -1));
  document.setIn(path, document.createNode(change.value));
  return written(document);
}

const written = (document: Document) => document.toString({ lineWidth: 0 });

/** Only the bytes of the old value make way; undefined where that would not say what is meant. */
function inPlace(text: string, document: Document, path: readonly string[], value: unknown): string | undefined {
  const node = document.getIn(path, true);
  if (!isNode(node) || !node.range || isEmpty(node)) return undefined;
  const [start, end] = node.range;
  const after = text.slice(0, start) + flow(value) + text.slice(end);
  const again = parseDocument(after);
  const meant = parseDocument(text);
  meant.setIn(path, meant.createNode(value));
  const same = JSON.stringify(again.toJS()) === JSON.stringify(meant.toJS());
  return again.errors.length === 0 && same ? after : undefined;
}

/** On one line: texts quoted only where they must be. */
function flow(value: unknown): string {
  return stringify(value, { lineWidth: 0, collectionStyle: 'flow' }).trimEnd();
}

/** A section that is named without anything in it becomes one that can hold something. */
function makeRoom(document: Document, above: readonly string[]): void {
  above.forEach((_, i) => {
    const path = above.slice(0, i + 1);
    const node = document.getIn(path, true);
    if (node !== undefined && !isMap(node)) {
      const room = document.createNode({});
      if (isNode(node) && node.comment) room.commentBefore = node.comment;
      document.setIn(path, room);
    }
  });
}

function withoutKey(document: Document, path: readonly string[]): string {
  document.deleteIn(path);
  for (let above = path.slice(0, -1); above.length > 0; above = above.slice(0, -1)) {
    const node = document.getIn(above, true);
    if (isMap(node) && node.items.length === 0) document.deleteIn(above);
  }
  const { contents } = document;
  // only comments are left: they stay, without `{}` or `null`
  if (isMap(contents) && contents.items.length === 0) return written(document).replace(/^\{\}\n/m, '');
  return written(document);
}

function appended(text: string, path: readonly string[], value: unknown): string {
  const whole = path.toReversed().reduce<unknown>((inner, name) => ({ [name]: inner }), value);
  const before = text === '' || text.endsWith('\n') ? text : `${text}\n`;
  return before + stringify(whole, { lineWidth: 0 });
}

function isEmpty(node: Node): boolean {
  return isScalar(node) && node.value === null;
}
