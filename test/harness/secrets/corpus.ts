import type { Carrier } from './carriers.ts';
import { secretKinds } from './kinds.ts';
import { fill, random } from './random.ts';

export interface Sample {
  readonly kind: string;
  readonly carrier: string;
  readonly text: string;
  /** None of these may be found afterwards. */
  readonly secrets: readonly string[];
}

/** `perKind` samples of every kind, spread over the carriers that can hold it. */
export function corpus(seed: number, carriers: readonly Carrier[], perKind: number): readonly Sample[] {
  const source = random(seed);
  return secretKinds.flatMap((kind) => {
    const fitting = carriers.filter(({ fits }) => fits?.(kind) ?? true);
    return Array.from({ length: perKind }, (_, index): Sample => {
      const carrier = fitting[index % fitting.length] ?? source.pick(carriers);
      const marked = fill(source.pick(kind.templates), source);
      const value = marked.replace(/[«»]/g, '');
      const parts = [...marked.matchAll(/«([^»]*)»/g)].map(([, part]) => part ?? '');
      const text = carrier.write({ name: source.pick(kind.names), value, source });
      return { kind: kind.kind, carrier: carrier.id, text, secrets: parts.length === 0 ? [value] : parts };
    });
  });
}
