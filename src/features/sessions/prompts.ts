// What stood in front of a model at a moment, piece by piece, as far as it was recorded.
import type { Read } from '../../store/record-type.ts';
import { type PromptRow, promptRows, rulesEditsUntil } from './prompt-queries.ts';
import { runsOfSession } from './queries.ts';

export interface PromptPiece {
  /** Of the message or call, and which part of it. */
  readonly id: string;
  readonly role: 'user' | 'assistant' | 'tool';
  readonly isSummary: boolean;
}

export interface PromptRun {
  readonly agent: string;
  readonly native_id: string;
  readonly started_at: number;
}

/** Prompts of one session; what was recorded of it is read when the first is asked for. */
export class RecordedPrompts {
  readonly #read: Read;
  readonly #session_id: string;
  #rows: readonly PromptRow[] | undefined;

  constructor(read: Read, session_id: string) {
    this.#read = read;
    this.#session_id = session_id;
  }

  /**
   * The pieces before a moment, since the last summary, in their order. What was rewound stands there until something
   * was said in its place.
   */
  pieces(at: number): readonly PromptPiece[] {
    this.#rows ??= this.#read.all(promptRows, { session_id: this.#session_id });
    const before = this.#rows.filter((row) => row.at < at);
    const from = Math.max(
      0,
      before.findLastIndex(({ kind, live }) => kind === 'summary' && live === 1),
    );
    const rest = before.slice(from);
    const lastLive = rest.findLastIndex(({ part, live }) => part === 'message' && live === 1);
    const pieces: PromptPiece[] = [];
    let isLive = true;
    rest.forEach(({ ent, part, role, kind, live }, i) => {
      // a call goes with the words that made it
      if (part === 'message') isLive = live === 1;
      if (isLive || i > lastLive)
        pieces.push({ id: `${part}:${ent}`, role: roleOf(role), isSummary: kind === 'summary' });
    });
    return pieces;
  }

  /** The conversation that carried the session at a moment. */
  run(at: number): PromptRun | undefined {
    return this.#read.all(runsOfSession, { session_id: this.#session_id }).findLast((run) => run.started_at <= at);
  }

  /** How often files in which projects tell agents how to work were edited until then, by whatever was recorded. */
  rulesEdits(until: number): number {
    return this.#read.one(rulesEditsUntil, { until })?.edits ?? 0;
  }
}

function roleOf(role: string): PromptPiece['role'] {
  return role === 'assistant' || role === 'tool' ? role : 'user';
}
