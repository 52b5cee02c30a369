// What stands around the documents: whose context this is, and the template with what changes in it.
import type { Candidate, Candidates, Shape } from './candidate.ts';
import { changingSlots, changingText, type Now } from './dynamic.ts';
import { filled, type Stable, type Template } from './template.ts';

type Values = Readonly<Record<Stable, string>>;

interface Filling {
  readonly name: string;
  readonly template: Template;
  readonly values: Values;
  readonly now: Now;
}

/** A text that is the same until template or values are others; with a name it is what stands before what changes. */
interface Part {
  readonly shape: Shape;
  readonly text: string;
  readonly changing: keyof typeof changingSlots | undefined;
}

const stable = 0.0005;
const frame =
  'Context of the project {{project}}, put together by prsist: its rules, its documents, and what is remembered of earlier sessions. Times are UTC.';

/** Where things lie in the project. */
export function mapCandidates(candidates: Candidates, text: string): Candidate[] {
  return candidates.ofText({ slot: 'map', kind: 'system', place: 'system', change: stable, rank: 1 }, text);
}

/** Frames with their names filled in: of the template and the values that were wanted last. */
export class Framing {
  readonly #candidates: Candidates;
  #last: { readonly template: Template; readonly of: string; readonly parts: readonly Part[] } | undefined;

  constructor(candidates: Candidates) {
    this.#candidates = candidates;
  }

  /** Whose notes these are, then the parts of a template: its head far ahead, the rest in its order. */
  around({ name, template, values, now }: Filling): readonly Candidate[] {
    return this.#parts(name, template, values).flatMap(({ shape, text, changing }) => {
      if (changing === undefined) return this.#candidates.ofText(shape, text);
      const said = changingText(changing, now);
      return said === '' ? [] : this.#candidates.ofText(shape, `${text}${said}`);
    });
  }

  #parts(name: string, template: Template, values: Values): readonly Part[] {
    const of = `${name}\n${values.agent}\n${values.project}`;
    if (this.#last?.template === template && this.#last.of === of) return this.#last.parts;
    const shape = { slot: 'frame', kind: 'system', place: 'system', change: stable, rank: 0 } as const;
    const parts = [
      { shape, text: filled(frame, values), changing: undefined },
      ...partsOf(name, template).map((part) => ({ ...part, text: filled(part.text, values) })),
    ];
    this.#last = { template, of, parts };
    return parts;
  }
}

function partsOf(name: string, template: Template): readonly Part[] {
  const shape = (part: number) =>
    ({ slot: `template:${name}${part === 0 ? '' : `#${part}`}`, kind: 'template', change: stable, rank: 0 }) as const;
  const head: Part = { shape: { ...shape(0), place: 'system' }, text: template.head, changing: undefined };
  const times = new Map<string, number>();
  const tail = template.tail.map((part, i): Part => {
    const said = { place: 'messages', role: 'user' } as const;
    if (part.kind === 'text') return { shape: { ...shape(i + 1), ...said }, text: part.text, changing: undefined };
    const before = times.get(part.name) ?? 0;
    times.set(part.name, before + 1);
    const slot = `now:${part.name}${before === 0 ? '' : `#${before}`}`;
    return {
      shape: { slot, kind: 'dynamic', ...said, ...changingSlots[part.name] },
      text: part.lead,
      changing: part.name,
    };
  });
  return [head, ...tail];
}
