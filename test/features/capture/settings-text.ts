// Settings files of any layout: comments, trailing commas, tabs, CRLF, one line or many, hooks of others or none.
import fc from 'fast-check';
import type { JsonValue } from '../../../src/core/captured.ts';

/** A line end of either kind. */
export const aNewline = /\r?\n/g;

interface Style {
  readonly eol: string;
  readonly indent: string;
  readonly hasTrailingComma: boolean;
  readonly isOneLine: boolean;
  readonly isSpaced: boolean;
  readonly mark: string;
  readonly end: string;
  /** Drawn one after the other: where a comment goes. */
  readonly comments: readonly (0 | 1 | 2 | 3)[];
}

const style: fc.Arbitrary<Style> = fc.record({
  eol: fc.constantFrom('\n', '\r\n'),
  indent: fc.constantFrom('  ', '\t', '    '),
  hasTrailingComma: fc.boolean(),
  isOneLine: fc.boolean(),
  isSpaced: fc.boolean(),
  mark: fc.constantFrom('', '', '', '\uFEFF'),
  end: fc.constantFrom('', '\n', '\r\n', '\n\n'),
  comments: fc.array(fc.constantFrom(0 as const, 0 as const, 0 as const, 1 as const, 2 as const, 3 as const), {
    minLength: 1,
  }),
});

const handler = fc.record({
  type: fc.constant('command'),
  command: fc.constantFrom('echo "hi"', 'x, y', '// no', 'ü'),
});
const group = fc.record(
  { matcher: fc.constantFrom('*', 'Bash|Edit'), hooks: fc.array(handler, { maxLength: 2 }) },
  { requiredKeys: ['hooks'] },
);
const events = fc.constantFrom('SessionStart', 'Stop', 'PreToolUse', 'SessionEnd', 'constructor');
const hooks = fc.dictionary(events, fc.array(group, { maxLength: 2 }));
const other = fc.constantFrom('model', 'env', 'permissions', 'a b', 'toString', 'Ключ', '"q"');
const settings = fc
  .tuple(fc.dictionary(other, fc.jsonValue({ maxDepth: 3 }), { maxKeys: 4 }), fc.option(hooks), fc.nat(4))
  .map(([rest, own, at]): JsonValue => {
    const members = Object.entries(rest).map(([key, value]): [string, JsonValue] => [key, plain(value)]);
    return Object.fromEntries(own === null ? members : members.toSpliced(at, 0, ['hooks', plain(own)]));
  });

/** The text of a JSON or JSONC settings file whose root is an object. */
export const settingsText: fc.Arbitrary<string> = fc.tuple(settings, style).map(([value, layout]) => {
  const draw = drawing(layout.comments);
  return layout.mark + render(value, { ...layout, draw }, '') + layout.end;
});

function plain(value: unknown): JsonValue {
  // what fast-check made is JSON; -0 and members called __proto__ do not survive this
  return JSON.parse(JSON.stringify(value).replaceAll('"__proto__"', '"proto"')) as JsonValue;
}

function drawing(comments: Style['comments']): () => number {
  let next = 0;
  return () => comments[next++ % comments.length] ?? 0;
}

function render(value: JsonValue, layout: Style & { readonly draw: () => number }, base: string): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const [open, close] = Array.isArray(value) ? '[]' : '{}';
  const children = Array.isArray(value)
    ? value.map((item) => render(item, layout, base + layout.indent))
    : Object.entries(value).map(([key, item]) => {
        const gap = layout.isSpaced ? ' ' : '';
        return `${JSON.stringify(key)}:${gap}${render(item, layout, base + layout.indent)}`;
      });
  const between = layout.isOneLine ? (layout.isSpaced ? ' ' : '') : layout.eol + base + layout.indent;
  if (children.length === 0)
    return layout.draw() === 1 && !layout.isOneLine
      ? `${open}${between}// none${layout.eol}${base}${close}`
      : `${open}${close}`;
  const lines = children.map((child, index) => {
    const comma = index < children.length - 1 || layout.hasTrailingComma ? ',' : '';
    const kind = layout.draw();
    if (kind === 1 && !layout.isOneLine) return `${child}${comma} // one, "two"`;
    if (kind === 2) return `${child} /* , */${comma}`;
    if (kind === 3) return `/* { */ ${child}${comma}`;
    return `${child}${comma}`;
  });
  const [before, after] = layout.isOneLine ? ['', ''] : [between, layout.eol + base];
  return `${open}${before}${lines.join(between)}${after}${close}`;
}
