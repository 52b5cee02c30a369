// Every number the order of results depends on, fitted on the dev sets only (npm run eval:retrieval). What each of them
// is for stands where it is used: rescore.ts.

/** Weights of one pass over the candidates. */
export interface Pass {
  /** Of two words of the question that stand near each other in a text, of the rarer one's weight. */
  readonly pair: number;
  /** Of its score that a question gives to the message after it. */
  readonly question: number;
  /** Of its score that a message gives to the one before it. */
  readonly next: number;
  /** The same at distance two, and at distance three. */
  readonly near: number;
  readonly far: number;
  /** Of how much of the question is said within three messages. */
  readonly window: number;
  /** Of how much of the question is said in the whole session. */
  readonly session: number;
  /** Of how much of the question is in the whole file. */
  readonly document: number;
  /** Of what the best texts say beside the question. */
  readonly feedback: number;
  /** Whoever is named in the question said it. */
  readonly author: number;
}

/** Of BM25: how soon a word that is said again counts no more, and how much long texts pay for their length. */
export interface Saturation {
  readonly k1: number;
  readonly b: number;
}

const careful: Pass = {
  ...{ pair: 0.6, question: 0.8, next: 0.3, near: 0.3, far: 0.15 },
  ...{ window: 0, session: 0.5, document: 0.25, feedback: 0, author: 1.4 },
};

export const weights = {
  /** BM25 of what people and agents say, and of files and outputs, which are longer and repeat themselves. */
  said: { k1: 0.4, b: 0.2 } as Saturation,
  kept: { k1: 2, b: 0.75 } as Saturation,
  session: { k1: 1.2, b: 0.75 } as Saturation,
  document: { k1: 1.2, b: 0.75 } as Saturation,
  /** How often a word in these fields counts: a declared name, a path, a comment (which stands in the text as well). */
  fields: { text: 1, names: 2, path: 3, comments: 1 },
  /** Of a word that only begins like one of the question, and of one that means the same to a programmer. */
  prefix: 0.3,
  synonym: 0.3,
  /** Words that only say what kind of answer is wanted: language, "way", "example". */
  frame: 0.2,
  /** How many results the careful pass orders. It is strict with who said it; the others are ordered by `wide`. */
  careful,
  places: 8,
  wide: { ...careful, window: 1, document: 0.5, feedback: 0.16, author: 2.2 } satisfies Pass,
  /**
   * Of how near a text comes to the question by the vectors of an embedder, 1 for the nearest; and of models it was fitted
   * for, by their own names. Nothing without an embedder.
   */
  meaning: 0.5,
  meaningOf: {} as Readonly<Record<string, number>>,
  /** A window of messages: how much the distance takes from each. */
  windowDecay: 0.7,
  /** Factors. time: said when it happened, for a question that begins with when. */
  time: 1.5,
  /** Said in the month, on the day the question names, and up to as long after. */
  inSpan: 2,
  onDay: 4,
  after: 0.5,
  kinds: { entry: 1.15, tool: 0.6 } as Readonly<Record<string, number>>,
  priorities: { critical: 1.2, low: 0.9 } as Readonly<Record<string, number>>,
  path: 1.3,
  /** A file is called by words of the question: so much more for all of its name. */
  called: 0.4,
  /** Files in prose, which speak of all the others. */
  prose: 0.85,
  /** A project the question names, or in which a person works whom it names; else the one that is asked in. */
  namedProject: 3,
  ownProject: 1.5,
} as const;

export type Weights = typeof weights;
