// The hook where no sh can run the script: the same spool file, the same bytes printed. Stands alone: it asks no daemon.
import { join } from 'node:path';
import { createRedactor } from '../core/redact.ts';
import type { RedactionRules } from '../core/redact-rules.ts';
import { formatSpoolEvent, parseSpoolEvent, type SpoolEvent, spoolField } from '../core/spool-event.ts';
import { ownDirectory, readText } from '../platform/files.ts';
import { madeOnce } from '../platform/host.ts';
import { type Paths, resolvePaths } from '../platform/paths.ts';
import { spoolName, writeSpoolFile } from '../platform/spool-files.ts';
import { exists } from '../platform/walk.ts';
import { preparedText } from './prepared.ts';

export interface HookCall {
  readonly agent: string;
  readonly event: string;
  /** The agent's own bytes. */
  readonly body: Uint8Array;
  readonly cwd: string | undefined;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The checked redaction rules, as `npm run build` writes them. */
  readonly rules: string;
}

/** Leaves the event in the spool and gives what is to be printed, '' for nothing. Never throws: an agent must not notice. */
export function hook(call: HookCall): string {
  if (call.env.PRSIST_SKIP_HOOKS || !/^[\w.-]+$/.test(call.agent) || !/^[\w.-]+$/.test(call.event)) return '';
  try {
    const paths = pathsOf(call.env);
    const header = { agent: call.agent, event: call.event, pid: process.pid, args: [] };
    const place = call.cwd === undefined ? {} : { pwd: call.cwd };
    const heard = parseSpoolEvent(formatSpoolEvent({ ...header, ...place }, call.body));
    if ('bad' in heard) return '';
    quietly(() => leave(paths, call, heard));
    return printed(paths, call, heard);
  } catch {
    return '';
  }
}

/** The places hooks use: those of PRSIST_HOME, else the noted state directory, else those of XDG. */
function pathsOf(env: HookCall['env']): Paths {
  const paths = resolvePaths(env);
  const noted = env.PRSIST_HOME ? undefined : readText(paths.stateDirNote)?.split('\n')[0];
  if (!noted) return paths;
  const at = (name: string) => join(noted, name);
  return { ...paths, state: noted, spool: at('spool'), printed: at('printed'), briefKey: at('brief-key') };
}

/** What cannot be written is lost: the transcript has the content. */
function quietly(work: () => void): void {
  try {
    work();
  } catch {
    // a full disk, a home that is read-only
  }
}

function leave(paths: Paths, call: HookCall, event: SpoolEvent): void {
  const isTool = /[Tt]ool|^after/.test(event.event);
  if (isTool && exists(join(paths.spool, '.full'))) return;
  for (const directory of [paths.spool, paths.printed]) ownDirectory(directory);
  const { bytes: _, body: __, truncated: ___, ...header } = event;
  writeSpoolFile(paths.spool, spoolName(), formatSpoolEvent(header, cleanBody(paths, call, event)));
}

/** The body without secrets; without rules to find them only what says whose event it is. */
function cleanBody(paths: Paths, call: HookCall, event: SpoolEvent): Uint8Array {
  const text = Buffer.from(call.body).toString('utf8').toWellFormed();
  const rules = readText(call.rules);
  if (rules === undefined) return Buffer.from(JSON.stringify(idsOf(event)));
  const key = Buffer.from(madeOnce(join(paths.keys, 'redaction.key'), 32), 'hex');
  // written by our own build, from rules that were checked
  const redactor = createRedactor(JSON.parse(rules) as RedactionRules, key);
  return Buffer.from(redactor.line(text).line);
}

const ids = [
  'session_id',
  'sessionId',
  'conversation_id',
  'transcript_path',
  'cwd',
  'hook_event_name',
  'source',
  'reason',
];

function idsOf(event: SpoolEvent): Record<string, string> {
  return Object.fromEntries(
    ids.flatMap((name) => {
      const value = spoolField(event, name);
      return value === undefined ? [] : [[name, value]];
    }),
  );
}

const starts = /^(?:(?:claude-code|codex|gemini-cli):SessionStart|(?:cursor|copilot-cli):sessionStart)$/;
const prompts = /^(?:(?:claude-code|codex):UserPromptSubmit|gemini-cli:BeforeAgent)$/;

/** Only events that accept context get any, and Cursor its answer. */
function printed(paths: Paths, { env, cwd }: HookCall, event: SpoolEvent): string {
  const what = `${event.agent}:${event.event}`;
  if (what === 'cursor:beforeSubmitPrompt') return '{"continue":true}\n';
  if (event.agent !== 'cursor' && spoolField(event, 'cursor_version') !== undefined) return '';
  const kind = starts.test(what) ? 'start' : prompts.test(what) ? 'delta' : undefined;
  if (!kind || (kind === 'delta' && !exists(join(paths.state, 'deltas')))) return '';
  return preparedText({ paths, kind, event, start: directoryOf(event, env) ?? cwd ?? '' });
}

/** The directory the agent works in: what it says outside of the event first, then what stands in it. */
function directoryOf(event: SpoolEvent, env: HookCall['env']): string | undefined {
  const named: Readonly<Record<string, string | undefined>> = {
    'claude-code': env.CLAUDE_PROJECT_DIR,
    'gemini-cli': env.GEMINI_PROJECT_DIR,
    cursor: firstRoot(event),
  };
  return named[event.agent] || spoolField(event, 'cwd');
}

function firstRoot({ body }: SpoolEvent): string | undefined {
  if (body.kind !== 'json' || typeof body.value !== 'object' || body.value === null) return undefined;
  const roots: unknown = Reflect.get(body.value, 'workspace_roots');
  return Array.isArray(roots) && typeof roots[0] === 'string' ? roots[0] : undefined;
}
