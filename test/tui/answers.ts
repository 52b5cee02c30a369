// A daemon made of answers: what each operation gives, so that screens can be tested without one.
import type { Client, OperationName } from '../../src/client/call.ts';
import { PrsistError } from '../../src/core/errors.ts';
import { failureOf, Link } from '../../src/tui/link.ts';
import type { Parts } from '../../src/tui/parts.ts';
import { Shell } from '../../src/tui/shell.ts';

export const now = Date.parse('2026-03-04T12:00:00Z');
const at = (hoursAgo: number) => new Date(now - hoursAgo * 3_600_000).toISOString();
const tokens = { fresh: 1_000, cache_read: 90_000, cache_write: 9_000, output: 2_000 };
/** Words of somebody who means no good: a title that clears the screen, rings, and turns letters around. */
export const hostile = 'buy\u001b[2J\u001b]0;owned\u0007 \u202eevil\u0000 \ud800 \u200b漢字 caf\u0301e';

export function session(n: number, changes: Record<string, unknown> = {}) {
  return {
    ...{ session_id: `0000-${n}`, title: `work ${n}`, agent: n % 2 ? 'codex' : 'claude-code', status: 'active' },
    ...{ branch: 'main', start_time: at(n + 2), last_activity: at(n), message_count: 3, task_count: 0, tool_count: 1 },
    ...{ edit_count: 1, commit_count: 1, tokens, parent_session_id: null, fork_of: null, ...changes },
  };
}

const usage = { requests: 4, ...tokens, cost: 1.5, partial: false };
const side = (value: string, device: string) => ({
  ...{ log: 'l', seq: 1, value, removed: false, withheld: false, agent: 'codex', user: 'u', session_id: null },
  ...{ device, origin: 'human', trust: 2, at: at(1) },
});
export const conflict = {
  ...{ conflict_id: 'c0ffee', entity_id: 'e', type: 'context', name: 'theme', field: 'value', shown: 2, before: null },
  ...{ sides: [side('dark', 'laptop'), side('light', 'desk')], status: 'open', opened_at: at(1), resolved_at: null },
  ...{ resolved_how: null, resolved_by: null, of: 'project' },
};
const broke = {
  ...{ request: 2, at: at(3), model: 'm', cause: 'prefix changed', because: 'tools', where: 'history', read: 0 },
  ...{ before: 9_000, lost: 9_000, gap_seconds: 1, cost: 9_000, usd: 0.25 },
};
const audited = {
  ...{ session_id: '0000-1', path: null, agent: 'codex', title: 'work 1', models: ['m'], from: at(4), until: at(3) },
  ...{ requests: 2, read: 9, write_5m: 1, write_1h: 0, uncached: 1, share: 0.8, cost: 1, usd: 2, saved: 0.5, waste: 3 },
  ...{ breaks: [broke], causes: { tools: 1 }, misses: [], restless: null, prsist: null },
  simulator: { error: 0, told_error: 0 },
  picture: [
    { at: at(4), model: 'm', read: 0, write: 9_000, uncached: 100 },
    { at: at(3), model: 'm', read: 100, write: 9_000, uncached: 100 },
  ],
};
const message = (n: number) => ({
  ...{
    id: `m${n}`,
    role: n % 2 ? 'assistant' : 'user',
    kind: 'text',
    content: `said ${n}`,
    author: null,
    agent: 'codex',
  },
  ...{ model: null, at: at(2 - n / 100), usage: null, metadata: {} },
});
const link = (agent: string, state: string) => ({
  ...{ agent, hook: 'installed', last_event_at: at(1), last_transcript_at: null, state, hint: 'mend it', chain: [] },
  ...{ mcp: null, last_probe: null },
});
const found = {
  ...{ kind: 'message', id: 'm1', key: null, title: 'work 1', snippet: 'we dropped redis here', score: 1, at: at(2) },
  ...{ highlights: [[11, 16]], session_id: '0000-1', project_id: null, project: null, author: null, agent: 'codex' },
  ...{ path: null, trust: 2, quarantined: false, found_by: 'words', above: null },
};

/** Plain answers to everything the screens ask. */
export const answers: Readonly<Record<string, (input: Record<string, unknown>) => unknown>> = {
  'system.health': () => ({
    ...{ status: 'ok', version: '0.1.0', proto: 1, pid: 7, uptime_seconds: 90, restarted_after_crash_at: null },
    ...{ rss_bytes: 8e7, queue: 0 },
    alerts: [
      {
        ...{ name: 'disk-low', metric: 'prsist_disk_free_bytes', labels: {}, value: 1, above: null, below: 2 },
        ...{ since: new Date(now - 300_000).toISOString(), says: 'the disk is nearly full' },
      },
    ],
    checks: {
      ...{ store: 'ok', spool: { waiting: 0, bad: 0, oldest_ms: 0 }, disk: { free: 5e9, projects: [] }, tcp: 'off' },
      ...{ sync: 'off', capture: {} },
      meaning: { embedder: '', model: null, texts: 0, done: 0, skipped: 0, why: null, fix: '' },
    },
  }),
  'project.show': () => ({ project_id: 'p', entries: 1, sessions: 2, messages: 30, records: 400, db_bytes: 1e6 }),
  'capture.status': () => ({
    ...{ links: [link('claude-code', 'proven'), link('codex', 'broken')], git: null, paused: null },
    ...{ spool: { waiting: 2, bad: 0, full: false }, unknown_events: [], transcripts: [] },
    sources: { files: 0, unknown_lines: 0, errors: 0 },
  }),
  'session.list': () => ({ items: [session(1), session(2, { title: hostile })], next_cursor: null }),
  'session.show': ({ session_id }) => ({
    ...{ session: session(1, { session_id }), metadata: {}, runs: [], handoffs: [], tokens, commits: [] },
    counts: { messages: 3, tasks: 0, tools: 1, edits: 1, commits: 0, handoffs: 0 },
  }),
  'session.messages': () => ({ items: [message(1), message(2)], next_cursor: null }),
  'session.handoffs': () => ({ items: [] }),
  'session.resume': () => ({ brief: 'the brief', resumed_from: 'ended' }),
  'session.handoff': () => ({ handoff_id: 'feedbeef-1' }),
  'session.end': () => ({ message_count: 3 }),
  'brief.get': () => ({ brief: 'what is told' }),
  'stats.today': () => ({
    ...{ since: at(9), other_commits: [{ sha: 's', subject: 'a commit of its own', at: at(2) }] },
    sessions: [
      {
        ...{ session_id: '0000-1', agent: 'codex', title: 'work 1', first_at: at(3), last_at: at(1), asks_total: 1 },
        ...{
          asks: [{ text: 'mend the parser', at: at(3) }],
          files: [],
          files_total: 2,
          commits: [],
          commands_failed: 1,
        },
        commands: [{ command: 'npm test', exit_code: 1, error_line: 'red', at: at(1) }],
      },
    ],
  }),
  'stats.usage': ({ by }) => ({
    ...{ rows: [{ group: by === 'day' ? '2026-03-04' : 'codex', name: null, ...usage }], totals: usage },
    ...{ prices_as_of: '2026-01-01', unpriced_models: [] },
  }),
  'sync.status': () => ({
    ...{ enabled: true, standing: 'member', devices: 2 },
    remotes: [
      {
        name: 'home',
        remote_id: 'r',
        state: 'stopped',
        last_ok_at: at(5),
        comes_back: true,
        next_at: null,
        pending: 4,
        notes: ['held'],
      },
    ].map((each) => ({ ...each, error: { code: 'remote/auth', message: 'not let in', hint: 'prsist remote test' } })),
  }),
  'sync.preview': () => ({
    items: [{ project: null, kind: 'message.add', records: 4, bytes: 99 }],
    records: 4,
    bytes: 99,
  }),
  'sync.run': () => ({ job_id: 'j' }),
  'job.show': () => ({ state: 'done', error: null }),
  'job.list': () => ({ items: [] }),
  'stats.disk': () => ({ projects: [{ project_id: 'p', name: 'shop', db: 1, blobs: 0, transcripts: 0, bytes: 1e6 }] }),
  'conflict.list': () => ({ items: [conflict], open: 1, more: false }),
  'conflict.show': () => ({ conflict }),
  'conflict.resolve': () => ({ conflict, value: 'dark' }),
  'remote.list': () => ({ items: [{ remote_id: 'r', name: 'home', url: 'folder:/backup' }] }),
  'device.list': () => ({
    ...{ standing: 'member', keys_in: 'files', keys_why: null, waiting: null, recovery: true },
    items: ['laptop', 'desk'].map((name) => ({
      device_id: name,
      name,
      role: 'admin',
      this_device: true,
      revoked_at: null,
    })),
  }),
  'cache.audit': () => ({
    sessions: [audited],
    pooled: { sessions: 1, requests: 2, breaks: 1, waste: 3, share: 0.8, usd: 2, causes: { tools: 1 } },
  }),
  'cache.stats': () => ({ segments: 3, bytes: 99, max_bytes: 1e9, last_30_days: { hit_rate: 0.5 } }),
  'search.query': ({ query }) => ({
    ...{ query, result_count: 1, took_ms: 3, did_you_mean: [], left_out: [], results: [found], next_cursor: null },
    sessions: [{ session_id: '0000-1', project_id: null, score: 1 }],
  }),
  'activity.summary': () => ({
    ...{ since: at(99), total_ms: 60_000, languages: [], categories: [], editors: [] },
    files: [{ name: 'src/a.ts', ms: 60_000, lines_added: 1, lines_removed: 0 }],
  }),
};

export interface Played {
  readonly parts: Parts;
  readonly shell: Shell;
  /** Names and inputs of everything that was asked. */
  readonly asked: { readonly name: string; readonly input: Record<string, unknown> }[];
  readonly clock: { now: number };
  /** While set, nothing answers. */
  readonly daemon: { isAway: boolean };
  readonly quits: () => number;
}

/** A shell without screens over such a daemon; more: other answers. */
export function play(more: typeof answers = {}): Played {
  const asked: Played['asked'] = [];
  const clock = { now };
  const daemon = { isAway: false };
  let quits = 0;
  const link = new Link(() => undefined);
  const ask = (name: OperationName, input: unknown) => {
    // inputs are objects by contract
    const given = input as Record<string, unknown>;
    asked.push({ name, input: given });
    const answer = async () => {
      if (daemon.isAway) throw new PrsistError('daemon/unavailable', 'the daemon is not running');
      return (more[name] ?? answers[name] ?? unanswered(name))(given);
    };
    return link.heard(answer());
  };
  const shell = new Shell({
    ...{ project: 'shop', link, now: () => clock.now, failureOf, onChange: () => undefined },
    quit: () => {
      quits += 1;
    },
  });
  // answers are made by hand above, each as its contract says as far as screens look
  return {
    parts: { ask: ask as Client['call'], stage: shell, now: () => clock.now },
    shell,
    asked,
    clock,
    daemon,
    quits: () => quits,
  };
}

function unanswered(name: string): () => never {
  return () => {
    throw new Error(`nobody answers ${name}`);
  };
}
