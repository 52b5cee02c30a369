// What the one who hands a session over wants the next one to know.

import { clean, cut, shortId, utcMinute } from '../../core/clean.ts';
import type { BriefHandoff } from './brief-input.ts';
import { type Line, line, type Section, valueText } from './render-lines.ts';

const mostFacts = 10;
const mostInstructions = 6;

/** Who hands over and why, the critical facts by name, the instructions line by line: quoted, as the sender's words. */
export function handoffSection(handoff: BriefHandoff): Section {
  const from = cut(clean(handoff.from_agent), 40);
  const to = cut(clean(handoff.to_agent), 40);
  const branch = handoff.branch === null ? '' : `, branch ${cut(clean(handoff.branch), 80)}`;
  const of = `${cut(clean(handoff.handoff_id), 40)} of session ${shortId(handoff.session_id)}`;
  return {
    // read again by `toldHandoffId`
    heading: () => `## Handed over: ${from} to ${to} (handoff ${of}, ${utcMinute(handoff.at)}${branch})`,
    lines: [...reasonLine(handoff), ...factLines(handoff), ...instructionLines(handoff)],
  };
}

/** The id of the handoff that a brief tells of, in the form in which it was laid out for a hook; undefined without one. */
export function toldHandoffId(laidOut: string): string | undefined {
  // JSON writes the end of a line as \n; the names before the id are too short to hold another one
  return /(?:\\n|^)## Handed over: [^\n]{1,200}? \(handoff ([0-9a-f-]{36}) of session /m.exec(laidOut)?.[1];
}

function by(handoff: BriefHandoff): string {
  return cut(clean(handoff.by), 40) || 'the sender';
}

function reasonLine(handoff: BriefHandoff): readonly Line[] {
  const text = `Reason, ${by(handoff)} wrote: "${clean(handoff.reason)}"`;
  return [line(handoff.handoff_id, text, { why: 'reason of the handoff', keep: 95 })];
}

function factLines(handoff: BriefHandoff): readonly Line[] {
  const facts = Object.entries(handoff.critical_info).sort(([a], [b]) => (a < b ? -1 : 1));
  return facts.slice(0, mostFacts).map(([key, value], place) => {
    const rest = place === mostFacts - 1 && facts.length > mostFacts ? ` (${facts.length - mostFacts} more)` : '';
    return line(
      handoff.handoff_id,
      `Critical, ${by(handoff)} wrote: ${cut(clean(key), 80)}: ${cut(clean(valueText(value)), 220)}${rest}`,
      {
        why: 'critical information of the handoff',
        keep: 84 - place / 100,
      },
    );
  });
}

/** Every line of the instructions is one of ours, so that a list stays a list. */
function instructionLines(handoff: BriefHandoff): readonly Line[] {
  const lines = handoff.continuation_instructions
    .split(/\r\n?|\n/)
    .map(clean)
    .filter((text) => text !== '');
  return lines.slice(0, mostInstructions).map((text, place) => {
    const more = place === mostInstructions - 1 && lines.length > mostInstructions;
    const rest = more ? ` (${lines.length - mostInstructions} more lines)` : '';
    return line(handoff.handoff_id, `To go on, ${by(handoff)} wrote: "${cut(text, 320)}"${rest}`, {
      why: 'instructions of the handoff',
      keep: 92 - place / 100,
    });
  });
}
