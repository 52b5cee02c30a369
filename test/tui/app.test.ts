import { EventEmitter } from 'node:events';
import { PassThrough } from 'node:stream';
import { render } from 'ink';
import { createElement } from 'react';
import { afterEach, expect, test, vi } from 'vitest';
import { App } from '../../src/tui/app.tsx';
import { Redraw } from '../../src/tui/redraw.ts';
import { SessionsScreen } from '../../src/tui/screens/sessions.ts';
import { now, play } from './answers.ts';
import { settled } from './screen-text.ts';

/** A terminal that keeps what was written. */
class Terminal extends EventEmitter {
  readonly isTTY = true;
  readonly written: string[] = [];
  columns: number;
  rows: number;
  constructor(columns: number, rows: number) {
    super();
    this.columns = columns;
    this.rows = rows;
  }
  write(text: string): boolean {
    this.written.push(text);
    return true;
  }
  resize(columns: number, rows: number): void {
    Object.assign(this, { columns, rows });
    this.emit('resize');
  }
  /** The last thing that was drawn, without what moves the cursor. */
  get last(): string {
    const plain = this.written.map((text) => text.replace(/\u001b\[[0-9;?]*[a-zA-Z]/g, ''));
    return plain.findLast((text) => text.trim() !== '') ?? '';
  }
}

function keyboard() {
  const stream = new PassThrough();
  return Object.assign(stream, { isTTY: true, setRawMode: () => stream, ref: () => stream, unref: () => stream });
}

const open: { unmount: () => void }[] = [];
afterEach(() => {
  for (const instance of open.splice(0)) instance.unmount();
  vi.useRealTimers();
});

function shownOn(terminal: Terminal, speaks = false) {
  const { parts, shell } = play();
  shell.fill([new SessionsScreen(parts)]);
  const redraw = new Redraw(250);
  const stdin = keyboard();
  const drawing = {
    shell,
    subscribe: redraw.subscribe,
    version: redraw.version,
    draw: redraw.now,
    now: () => now,
    speaks,
  };
  const instance = render(createElement(App, { ...drawing, colours: 'none' }), {
    // the parts of streams that Ink uses
    ...{ stdout: terminal as unknown as NodeJS.WriteStream, stdin: stdin as unknown as NodeJS.ReadStream },
    ...{ interactive: true, patchConsole: false, isScreenReaderEnabled: speaks, debug: !speaks },
  });
  open.push(instance);
  return { shell, redraw, stdin, instance };
}

test('DB4: Ink draws the lines as they are, and keys reach the screen', async () => {
  const terminal = new Terminal(80, 24);
  const { shell, redraw, stdin } = shownOn(terminal);
  shell.look();
  await settled();
  redraw.now();
  await settled();
  expect(terminal.last).toContain('› active');
  expect(terminal.last.split('\n')).toHaveLength(24);
  stdin.write('?');
  await vi.waitFor(() => expect(terminal.last).toContain('Everywhere'));
});

test('DB2: no control character of others reaches the terminal', async () => {
  const terminal = new Terminal(80, 24);
  const { shell, redraw } = shownOn(terminal);
  shell.look();
  await settled();
  redraw.now();
  await settled();
  expect(terminal.last).toContain('buy evil');
  expect(terminal.written.join('')).not.toMatch(/\u0007|\u202e|\u0000|\u001b\]0|\u001b\[2J\s*\u001b\]/);
});

test('DB5: a storm of resizes, down to nothing, ends in a whole frame', async () => {
  const terminal = new Terminal(120, 40);
  const { shell, redraw } = shownOn(terminal);
  shell.look();
  await settled();
  for (let n = 0; n < 60; n += 1) terminal.resize(1 + ((n * 37) % 200), 1 + ((n * 13) % 60));
  terminal.resize(80, 24);
  redraw.now();
  await settled();
  expect(terminal.last.split('\n')).toHaveLength(24);
  expect(terminal.last).toContain('Sessions  1 of 2');
});

test('DB10: a screen reader gets words: the screen, what is picked, no rules and bars', async () => {
  const terminal = new Terminal(80, 24);
  const { shell, redraw } = shownOn(terminal, true);
  shell.look();
  await settled();
  redraw.now();
  await settled();
  expect(terminal.last).toMatch(/^screen 1 Sessions, shop\nSessions {2}1 of 2\nselected: active/);
  expect(terminal.written.join('')).not.toMatch(/[─█░▁]/);
});

test('DB9: what changes by itself is drawn at most every 250 ms, the last of it too; a key at once', () => {
  vi.useFakeTimers();
  const redraw = new Redraw(250);
  let drawn = 0;
  const leave = redraw.subscribe(() => {
    drawn += 1;
  });
  for (let n = 0; n < 99; n += 1) {
    redraw.soon();
    vi.advanceTimersByTime(10);
  }
  expect(drawn).toBe(4);
  vi.advanceTimersByTime(250);
  expect(drawn).toBe(5);
  redraw.now();
  expect(drawn).toBe(6);
  leave();
  vi.advanceTimersByTime(1_000);
  expect(drawn).toBe(6);
});
