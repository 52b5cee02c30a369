import { z } from 'zod';
import { type Contract, operation } from '../../core/operation.ts';
import { time } from '../wire.ts';

/** lines: its edits are in it · inside: git was called by its agent · command: the output of its command names it. */
const tieReasons = ['command', 'inside', 'lines'] as const;

export const sessionCommit = z.object({
  /** What it is called now. */
  sha: z.string(),
  subject: z.string(),
  at: time,
  /** What it was called when this session made it, where it was amended or rebased since. */
  former: z.array(z.string()),
  /** Why it is this session's: the most certain reason. */
  how: z.enum(tieReasons),
  /** 0 to 1. */
  confidence: z.number(),
  /** Of the lines the commit changed, those that this session's edits changed: 0 to 1. */
  share: z.number().nullable(),
  /** When it was first pushed, as far as a hook told. */
  shared_at: time.nullable(),
});

const blamed = z.object({
  /** Line numbers, from 1, both inclusive. */
  from: z.int(),
  to: z.int(),
  /** null: not committed yet. */
  commit: z
    .object({ sha: z.string(), subject: z.string(), author: z.string(), at: time, former: z.array(z.string()) })
    .nullable(),
  /** Where the lines came from; null: no session is known to have made them. */
  session: z.object({ session_id: z.string(), title: z.string().nullable(), agent: z.string().nullable() }).nullable(),
  /** What a person had asked for. */
  ask: z.object({ text: z.string(), at: time }).nullable(),
  /** edit: the line stands in an edit of the session · copy: of the commit it was copied from · others as of commits. */
  how: z.enum(['edit', ...tieReasons, 'copy']).nullable(),
  /** 0 to 1; 0 without a session. */
  confidence: z.number(),
});

export const contract = {
  'session.blame': operation({
    summary: 'Which session, and which ask, the lines of a file came from',
    effect: 'read',
    when: 'settled',
    input: z.strictObject({
      /** Absolute, or relative to the project's root. */
      path: z.string().min(1).max(4096),
      /** All lines when absent. */
      line: z.int().min(1).optional(),
      /** The last line, `line` when absent. */
      until: z.int().min(1).optional(),
    }),
    output: z.object({ path: z.string(), items: z.array(blamed) }),
  }),
} as const satisfies Contract;
