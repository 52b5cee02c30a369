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
  /** Its text stays as it is for the life of an agent's session, whatever `change` says of the sessions. */
  readonly frozen?: boolean | undefined;
  /** What a block of a message is, where it is no plain text: calls and results of tools, thinking. */
  readonly block?: 'call' | 'result' | 'thinking' | undefined;
  /** Of a call or result: the id that ties them. */
  readonly call?: string | undefined;
  /** Of a call: the name of the tool; its text is the JSON of what the tool was given. */
  readonly tool?: string | undefined;
  /** Of thinking: without it no provider takes it back. */
  readonly signature?: string | undefined;
}
