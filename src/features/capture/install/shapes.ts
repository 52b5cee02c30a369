// What a settings file says after an edit, computed without its text: the edit is carried out only when both agree.
import type { JsonValue } from '../../../core/captured.ts';
import { type JsonPath, type JsonShape, jsonShape } from '../../../core/json-edit.ts';

/** The member or element of that name; undefined when there is none. */
export function member(shape: JsonShape | undefined, key: string | number): JsonShape | undefined {
  if (shape?.kind === 'object') return shape.members.find(([name]) => name === key)?.[1];
  return shape?.kind === 'array' ? shape.items[Number(key)] : undefined;
}

/** A member that is a string. */
export function stringIn(shape: JsonShape | undefined, key: string | number): string | undefined {
  const found = member(shape, key);
  return found?.kind === 'scalar' && found.source.startsWith('"') ? String(JSON.parse(found.source)) : undefined;
}

export function itemsAt(shape: JsonShape, path: JsonPath): readonly JsonShape[] {
  const found = path.reduce<JsonShape | undefined>(member, shape);
  return found?.kind === 'array' ? found.items : [];
}

export function hasPath(shape: JsonShape, path: JsonPath): boolean {
  return path.reduce<JsonShape | undefined>(member, shape) !== undefined;
}

export function isEmptyAt(shape: JsonShape, path: JsonPath): boolean {
  const found = path.reduce<JsonShape | undefined>(member, shape);
  return (
    (found?.kind === 'array' && found.items.length === 0) || (found?.kind === 'object' && found.members.length === 0)
  );
}

/** The object with a member put in, or in the place of the one of that name. */
export function withMember(shape: JsonShape, key: string, value: JsonShape): JsonShape {
  if (shape.kind !== 'object') return shape;
  const has = shape.members.some(([name]) => name === key);
  const members = has
    ? shape.members.map(([name, old]) => [name, name === key ? value : old] as const)
    : [...shape.members, [key, value] as const];
  return { kind: 'object', members };
}

/** Without what stands at a path. */
export function without(shape: JsonShape, path: JsonPath): JsonShape {
  const [key, ...rest] = path;
  if (key === undefined) return shape;
  if (shape.kind === 'array') {
    const items = shape.items.flatMap((item, index) => {
      if (index !== key) return [item];
      return rest.length === 0 ? [] : [without(item, rest)];
    });
    return { kind: 'array', items };
  }
  if (shape.kind !== 'object') return shape;
  const first = shape.members.findIndex(([name]) => name === key);
  const members = shape.members.flatMap(([name, value], index) => {
    if (index !== first) return [[name, value] as const];
    return rest.length === 0 ? [] : [[name, without(value, rest)] as const];
  });
  return { kind: 'object', members };
}

export function shapeOfValue(value: JsonValue): JsonShape {
  return jsonShape(JSON.stringify(value)) ?? { kind: 'scalar', source: 'null' };
}

export function isSame(a: JsonShape | undefined, b: JsonShape): boolean {
  return a !== undefined && JSON.stringify(a) === JSON.stringify(b);
}
