import { withoutBinary } from '../../core/binary.ts';
import type { Captured, JsonValue } from '../../core/captured.ts';
import { markEchoes, shownAfter } from './echo.ts';
import type { FormLine } from './forms/form.ts';
import { announcements, isPaused, type Pauses, pausesIn } from './pauses.ts';
import type { Reader } from './reader.ts';
import { sift } from './rules.ts';
import { timed } from './times.ts';
import { parsed, timeOf } from './transcript-head.ts';

/** What some lines gave: written in one transaction. */
export interface Slice {
  readonly items: Captured[];
  readonly kept: string[];
  readonly firstLine: number;
  readonly pauses: Pauses;
  /** How much has been read into it. */
  bytes: number;
}

export function beginSlice(reader: Reader): Slice {
  const pauses = pausesIn(reader.parts.user.read, reader.target.projectId);
  return { items: [], kept: [], firstLine: reader.state.kept, bytes: 0, pauses };
}

/** Reads one line into the slice; false when it must wait until it is finished. */
export function readLine(reader: Reader, slice: Slice, line: FormLine): boolean {
  const { report, parts } = reader;
  if (line.open && !isWhole(line)) {
    report.heldBack = 1;
    return false;
  }
  reader.offset = line.next;
  const bytes = line.mark === undefined ? line.next - line.offset : line.text.length;
  report.bytes += bytes;
  slice.bytes += bytes;
  if (line.mark !== undefined) reader.state.marks?.push(line.mark);
  // a line end may come after its line was taken: then it is no line of its own
  if (!line.tooLong && line.text.trim() === '') return true;
  if (line.tooLong) report.tooLong += 1;
  else {
    const before = parts.monotonic();
    const redacted = parts.redactor.line(line.text.toWellFormed());
    report.redactMs += parts.monotonic() - before;
    for (const [kind, count] of Object.entries(redacted.counts)) {
      report.redacted[kind] = (report.redacted[kind] ?? 0) + count;
    }
    takeLine(reader, slice, { ...redacted, offset: line.offset });
  }
  reader.line += 1;
  return true;
}

/** An object ends itself; a number, or what is no JSON yet, may go on. */
function isWhole({ text, tooLong }: FormLine): boolean {
  return !tooLong && typeof parsed(text) === 'object';
}

interface RedactedLine {
  readonly value: JsonValue | undefined;
  readonly line: string;
  readonly offset: number;
}

function takeLine(reader: Reader, slice: Slice, { value, line, offset }: RedactedLine): void {
  const { report } = reader;
  const clean = value === undefined ? undefined : withoutBinary(wellFormed(value, line));
  reader.state.at = timeOf(clean) ?? untold(reader) ?? reader.state.at ?? 0;
  if (isPaused(slice.pauses, reader.state.at)) {
    passLine(reader, slice, { value: clean, offset });
    return;
  }
  report.lines += 1;
  if (clean === undefined) report.unparsable += 1;
  const reading = reader.adapter.read(reader.state.adapter, { value: clean, offset, line: reader.line });
  reader.state.adapter = reading.state;
  if (reading.unknown) report.unknown += 1;
  reader.state.ignored ??= [];
  const cwdOf = (session: string | undefined) => cwdOfLine(reader, reading.items, session);
  const told = timed(reader, reading.items);
  const { items, cut } = sift(told, reader.rules, { ignored: reader.state.ignored, cwdOf, value: clean });
  reader.state.shown = shownAfter(reader.state.shown, line);
  const heard = markEchoes(items, reader.state.shown);
  // a message may have begun before a pause, or gone on after it
  const outside = heard.filter((item) => item.kind === 'session' || !isPaused(slice.pauses, item.at));
  slice.items.push(...outside);
  const isWhole = !cut && outside.length === items.length;
  slice.kept.push(!isWhole ? leftOut : clean === value ? line : JSON.stringify(clean));
  reader.state.kept += 1;
}

/** Said in a pause: neither taken in nor kept. The adapter follows the thread of the conversation, without its words. */
function passLine(reader: Reader, slice: Slice, said: { value: JsonValue | undefined; offset: number }): void {
  reader.report.paused += 1;
  const reading = reader.adapter.pass(reader.state.adapter, { ...said, line: reader.line });
  reader.state.adapter = reading.state;
  slice.items.push(...announcements(timed(reader, reading.items)));
}

/** Stands in a kept transcript for a line of which something was not to be kept: lines are counted. */
const leftOut = '{"prsist":"left out"}';

/** When a line was written that does not say it: not later than its file was. */
function untold({ adapter, found }: Reader): number | undefined {
  return adapter.hasTimes === false ? found.mtimeMs : undefined;
}

/** Of a line that names no conversation: where the first one of its file works. */
function cwdOfLine(reader: Reader, items: readonly Captured[], asked: string | undefined): string | undefined {
  const { announced } = reader.state;
  const session = asked ?? Object.keys(announced)[0];
  if (session === undefined) return undefined;
  const named = items.find((item) => item.kind === 'session' && item.session === session);
  return announced[session]?.cwd ?? (named?.kind === 'session' ? named.cwd : undefined);
}

/** Escapes may spell half of a surrogate pair, which no canonical text may hold: replaced by U+FFFD. */
function wellFormed(value: JsonValue, line: string): JsonValue {
  if (!/\\ud[89a-f]/i.test(line)) return value;
  // a reviver over JSON gives JSON
  return JSON.parse(JSON.stringify(value), (_, each: unknown) =>
    typeof each === 'string' ? each.toWellFormed() : each,
  ) as JsonValue;
}
