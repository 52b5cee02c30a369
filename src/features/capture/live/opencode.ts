import type { Captured } from '../../../core/captured.ts';
import { planSteps } from '../adapters/claude-plans.ts';
import { asList, asObject, asText, type JsonObject, shortHash } from '../adapters/json-reading.ts';
import { countLines } from '../adapters/text-content.ts';
import type { LiveEvent } from './live-event.ts';
import { calledTool, callIdOf, end, type Meaning, message, nudge, prompt, type Reading } from './meaning.ts';

/** What the plug-in in opencode spools. */
export const opencodeEvents: Readonly<Record<string, Reading>> = {
  'session.created': created,
  'chat.message': asked,
  'tool.execute.after': toolUsed,
  'todo.updated': planned,
  'session.idle': nudge,
  'session.compacted': nudge,
  'session.error': nudge,
  'session.deleted': end('reason'),
  'file.edited': nudge,
  'vcs.branch.updated': nudge,
  'session.updated': nudge,
};

/** A conversation begins; one that another started is its sub-agent. */
function created({ body, session, at }: LiveEvent): Meaning {
  const info = asObject(body.info);
  const parent = asText(info?.parentID);
  const cwd = asText(info?.directory);
  if (session === undefined) return {};
  const place = cwd === undefined ? {} : { cwd };
  return {
    life: 'start',
    items: [{ kind: 'session', session, at, ...place, ...(parent === undefined ? {} : { parent }) }],
  };
}

/** The words a human typed: parts that opencode made up are none. Its database names them by their message. */
function asked(event: LiveEvent): Meaning {
  const parts = asList(event.body.parts).map(asObject);
  const typed = parts.filter((part) => part?.type === 'text' && part.synthetic !== true && part.ignored !== true);
  const id = asText(event.body.messageID) ?? asText(typed[0]?.messageID);
  const words = typed.flatMap((part) => asText(part?.text) ?? []).join('\n');
  return { isPrompt: true, items: message(event, prompt(words), id === undefined ? undefined : [id]) };
}

const editTools: ReadonlySet<string> = new Set(['edit', 'write', 'patch', 'apply_patch', 'multiedit']);

function toolUsed(event: LiveEvent): Meaning {
  const { body, session, at } = event;
  const tool = asText(body.tool);
  if (session === undefined || tool === undefined) return {};
  const input = asObject(body.args);
  const details = asObject(body.metadata);
  const path = asText(input?.filePath) ?? asText(input?.path);
  const exitCode = typeof details?.exit === 'number' && Number.isInteger(details.exit) ? details.exit || 0 : undefined;
  const callId = callIdOf(event, { tool, input: body.args }, asText(body.callID));
  const output = asText(body.output) ?? asText(details?.output) ?? asText(details?.preview);
  const isError = exitCode !== undefined && exitCode !== 0;
  const call = { tool, input: body.args, command: asText(input?.command), output, isError, exitCode };
  const items: Captured[] = calledTool(event, callId, { ...call, files: path === undefined ? [] : [path] });
  if (editTools.has(tool) && path !== undefined) {
    const edit = { kind: 'edit', session, at, key: [callId, 'edit', path], callId, path, told: 'hook' } as const;
    items.push({ ...edit, change: 'modify', ...changedLines(input, details) });
  }
  return { items };
}

/** Lines of the difference opencode shows, else of what the call was given. */
function changedLines(input: JsonObject | undefined, details: JsonObject | undefined) {
  const counted = asObject(details?.filediff);
  if (typeof counted?.additions === 'number' && typeof counted.deletions === 'number') {
    return { added: counted.additions, removed: counted.deletions };
  }
  return {
    added: countLines(asText(input?.content) ?? asText(input?.newString) ?? ''),
    removed: countLines(asText(input?.oldString) ?? ''),
  };
}

function planned({ body, session, at }: LiveEvent): Meaning {
  if (session === undefined) return {};
  const key = [session, 'plan', shortHash(JSON.stringify(body.todos ?? null))];
  return { items: [{ kind: 'plan', session, at, key, steps: planSteps(body.todos) }] };
}
