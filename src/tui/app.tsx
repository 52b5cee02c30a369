// The only place that knows Ink: draws the lines of the shell, hands keys on.
import { Box, Text, useInput, useWindowSize } from 'ink';
import { memo, useSyncExternalStore } from 'react';
import { cleaned } from '../cli/text.ts';
import type { Line, Span, Tone } from './lines.ts';
import { pressesOf } from './press.ts';
import type { Shell } from './shell.ts';

export interface Drawing {
  readonly shell: Shell;
  /** Told when there is something else to draw; gives how to stop telling. */
  readonly subscribe: (draw: () => void) => () => void;
  /** Another number whenever there is something else to draw. */
  readonly version: () => number;
  /** Draws without delay: somebody pressed a key. */
  readonly draw: () => void;
  readonly now: () => number;
  readonly colours: 'some' | 'none';
  readonly speaks: boolean;
}

/** The whole screen. */
export function App({ shell, subscribe, version, draw, now, colours, speaks }: Drawing) {
  useSyncExternalStore(subscribe, version);
  const { columns, rows } = useWindowSize();
  useInput((input, key) => {
    for (const press of pressesOf(input, key)) shell.press(press);
    draw();
  });
  const lines = shell.view({ columns, rows, now: now(), speaks });
  return (
    <Box flexDirection="column" width={columns} height={speaks ? undefined : rows} overflow="hidden">
      {lines.map((spans, n) =>
        // nothing of a line outlives it: its place is all it is
        speaks && spans.length === 0 ? null : <Row key={`${n}`} spans={spans} colours={colours} />,
      )}
    </Box>
  );
}

interface RowParts {
  readonly spans: Line;
  readonly colours: 'some' | 'none';
}

const Row = memo(
  ({ spans, colours }: RowParts) => (
    <Text wrap="truncate">
      {spans.length === 0
        ? ' '
        : spans.map((each, n) => (
            <Text key={`${n}`} {...looks(each.tone, colours)}>
              {safe(each)}
            </Text>
          ))}
    </Text>
  ),
  (before, after) => before.colours === after.colours && isSame(before.spans, after.spans),
);

function isSame(before: Line, after: Line): boolean {
  return (
    before.length === after.length &&
    before.every((each, n) => each.text === after[n]?.text && each.tone === after[n]?.tone)
  );
}

/** Whatever way a text took to get here. */
function safe({ text }: Span): string {
  return cleaned(text).replace(/[\n\t]/g, ' ');
}

interface Looks {
  readonly bold?: boolean;
  readonly dimColor?: boolean;
  readonly inverse?: boolean;
  readonly color?: string;
}

const looksOf: Readonly<Record<Tone, Looks>> = {
  plain: {},
  dim: { dimColor: true },
  strong: { bold: true },
  picked: { inverse: true },
  good: { color: 'green' },
  warn: { color: 'yellow' },
  bad: { color: 'red' },
  accent: { color: 'cyan' },
};

function looks(tone: Tone, colours: 'some' | 'none'): Looks {
  const { color, ...rest } = looksOf[tone];
  return colours === 'some' && color !== undefined ? { ...rest, color } : rest;
}
