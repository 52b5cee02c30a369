// A segment: one rendered, canonical piece of context; the unit of storage, hashing and reuse.

export const segmentKinds = ['system', 'template', 'documentation', 'dynamic'] as const;
export type SegmentKind = (typeof segmentKinds)[number];

/** Where providers put it: tools before system before messages. */
export const segmentPlaces = ['tools', 'system', 'messages'] as const;
export type SegmentPlace = (typeof segmentPlaces)[number];

export interface Segment {
  /** Names its place over time: `tools`, `rules`, `snapshot`, `doc:README.md`, `turn:12`. What changes is learned per slot. */
  readonly slot: string;
  readonly kind: SegmentKind;
  readonly place: SegmentPlace;
  /** Of a message; absent elsewhere. */
  readonly role?: 'user' | 'assistant' | 'tool';
  /** Canonical text; JSON of the tool list where place is tools. */
  readonly text: string;
  /** Estimated, or counted where they have been. */
  readonly tokens: number;
  /** How probable it is that the text is another one at the next request, from 0 to 1. */
  readonly change: number;
}
