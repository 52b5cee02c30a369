// What stands around the documents: whose context this is, and the template with what changes in it.
import type { Candidate, Candidates } from './candidate.ts';
import { changingSlots, changingText, type Now } from './dynamic.ts';
import { type Changing, filled, type Stable, type Template } from './template.ts';

type Values = Readonly<Record<Stable, string>>;

const stable = 0.0005;
const frame =
  'Context of the project {{project}}, put together by prsist: its rules, its documents, and what is remembered of earlier sessions. Times are UTC.';

/** What frames everything: whose notes these are, and what they are. */
export function systemCandidates(candidates: Candidates, values: Values): Candidate[] {
  const shape = { slot: 'frame', kind: 'system', place: 'system', change: stable, rank: 0 } as const;
  return candidates.ofText(shape, filled(frame, values));
}

/** Where things lie in the project. */
export function mapCandidates(candidates: Candidates, text: string): Candidate[] {
  return candidates.ofText({ slot: 'map', kind: 'system', place: 'system', change: stable, rank: 1 }, text);
}

interface Filling {
  readonly name: string;
  readonly template: Template;
  readonly values: Values;
  readonly now: Now;
}

/** The parts of a template: its head far ahead, the rest in its order. */
export function templateCandidates(candidates: Candidates, { name, template, values, now }: Filling): Candidate[] {
  const shape = (part: number) =>
    ({ slot: `template:${name}${part === 0 ? '' : `#${part}`}`, kind: 'template', change: stable, rank: 0 }) as const;
  const head = candidates.ofText({ ...shape(0), place: 'system' }, filled(template.head, values));
  const times = new Map<Changing, number>();
  const tail = template.tail.flatMap((part, i) => {
    if (part.kind === 'text') {
      return candidates.ofText({ ...shape(i + 1), place: 'messages', role: 'user' }, filled(part.text, values));
    }
    const text = changingText(part.name, now);
    const before = times.get(part.name) ?? 0;
    times.set(part.name, before + 1);
    if (text === '') return [];
    const slot = `now:${part.name}${before === 0 ? '' : `#${before}`}`;
    const about = { slot, kind: 'dynamic', place: 'messages', role: 'user', ...changingSlots[part.name] } as const;
    return candidates.ofText(about, `${filled(part.lead, values)}${text}`);
  });
  return [...head, ...tail];
}
