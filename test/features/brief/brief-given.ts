import type { Snapshot } from '../../../src/core/snapshot.ts';
import type {
  BriefAnchor,
  BriefEntry,
  BriefHandoff,
  BriefInput,
  BriefSession,
} from '../../../src/features/brief/brief-input.ts';

const day = Date.UTC(2026, 2, 4, 9, 0);

/** A minute of 2026-03-04 from 09:00 UTC on. */
export function at(minutes: number): number {
  return day + minutes * 60_000;
}

export function entry(name: string, change: Partial<BriefEntry> = {}): BriefEntry {
  return {
    ent: `ent-${name}`,
    key: name,
    value: `what is known of ${name}`,
    category: 'general',
    priority: 'high',
    by: 'Maria',
    origin: 'human',
    session_id: null,
    at: at(0),
    ...change,
  };
}

export function session(name: string, change: Partial<BriefSession> = {}): BriefSession {
  return {
    session_id: name,
    agent: 'codex',
    ask: `Do ${name}`,
    title: null,
    branch: 'main',
    started_at: at(0),
    last_activity: at(1),
    files_changed: 2,
    commits: 1,
    unfinished: false,
    ...change,
  };
}

export function snapshot(change: Partial<Snapshot> = {}): Snapshot {
  return {
    conversation_summary: '2 messages (1 from user, 1 from assistant)',
    critical_facts: {},
    pending_tasks: [],
    tasks_done: 0,
    ask: 'Add a retry to the upload client',
    ask_at: at(1),
    earlier_asks: [],
    said: [],
    last_reply: null,
    commits: [],
    files_in_flight: [],
    files_total: 0,
    last_command: null,
    recent_work: { files: [], commands: [], names: [] },
    next_step: null,
    open_questions: [],
    git: null,
    working_memory: {},
    long_term_refs: [],
    recent_messages: [],
    message_count: 2,
    through: {},
    sha256: '',
    ...change,
  };
}

export function anchor(change: Partial<Snapshot> = {}): BriefAnchor {
  return { snapshot: snapshot(change), session_id: 'deep-work', agent: 'claude-code', branch: 'main', at: at(30) };
}

export function handoff(change: Partial<BriefHandoff> = {}): BriefHandoff {
  return {
    handoff_id: '019a3985-b900-7000-8000-000000000004',
    session_id: 'deep-work',
    from_agent: 'claude-code',
    to_agent: 'codex',
    by: 'Maria',
    reason: 'rate limit',
    critical_info: { port: 8080, branch: 'feature/x' },
    continuation_instructions: 'Finish the retry.\nThen write the test.',
    branch: 'main',
    at: at(31),
    snapshot: snapshot(),
    ...change,
  };
}

export function input(change: Partial<BriefInput> = {}): BriefInput {
  return { reason: 'startup', project: 'shop', entries: [], sessions: [], ...change };
}
