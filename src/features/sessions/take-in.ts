// What agents did becomes records here, whoever captured it. Everything is idempotent by the source's own keys.
import type {
  Captured,
  CapturedEdit,
  CapturedMessage,
  CapturedToolCall,
  CapturedToolResult,
  CapturedUsage,
} from '../../core/captured.ts';
import { type Id, sha256Hex } from '../../core/ids.ts';
import type { Write } from '../../store/record-type.ts';
import {
  type Announced,
  actor,
  type Batch,
  type Conversation,
  conversation,
  idOf,
  isKnown,
  originOf,
  type Source,
  wrote,
} from './batch.ts';
import { isForgotten } from './forgotten.ts';
import { sessionEntity } from './join.ts';
import { messageOwner } from './queries.ts';
import { editAdd, type MessageAdd, messageAdd, sessionCompact, sessionPut, toolAdd } from './records.ts';
import { takePlaceOfHistory } from './take-in-history.ts';
import { hookMark, isTold, takePlaceOfCall, takePlaceOfHook } from './take-in-hook.ts';
import { rewind } from './take-in-mark.ts';
import { takePlan } from './take-in-plan.ts';

export type { Announced, Source } from './batch.ts';

export interface TakenIn {
  readonly added: number;
  readonly known: number;
  /** Items that were erased before: passed over. */
  readonly erased: number;
  /** Sessions that got something new. */
  readonly sessions: readonly string[];
}

/**
 * Writes captured items as records. announced: changed in place, to be handed back with the next batch of the same file.
 * An item whose record is known adds nothing; under another session it shows that this conversation is a fork.
 */
export function takeIn(tx: Write, source: Source, announced: Announced, items: readonly Captured[]): TakenIn {
  const batch: Batch = {
    ...{ tx, source, announced, touched: new Set<string>(), conversations: new Map<string, Conversation>() },
    ...{ isErased: source.erasedIn(tx), forgotten: new Map<string, boolean>(), hooked: new Map<string, boolean>() },
    ...{ added: 0, known: 0, erased: 0 },
  };
  for (const item of items) takeOne(batch, item);
  takePlaceOfHistory(batch);
  return { added: batch.added, known: batch.known, erased: batch.erased, sessions: [...batch.touched] };
}

function takeOne(batch: Batch, item: Captured): void {
  if (isForgotten(batch, item)) {
    batch.erased += 1;
    return;
  }
  if (item.kind === 'session') {
    if (!Object.hasOwn(batch.announced, item.session)) batch.announced[item.session] = item;
    return;
  }
  if (item.kind === 'message' && item.as === 'thinking' && batch.source.keepThinking === 'drop') return;
  // each writer takes exactly the kind of item that it stands under
  const write = writers[item.kind] as (batch: Batch, item: Captured) => void;
  write(batch, item);
}

const writers = {
  ...{ message, usage, edit, compaction, rewind, note, plan: takePlan },
  ...{ 'tool-call': toolCall, 'tool-result': toolResult },
};

function message(batch: Batch, item: CapturedMessage): void {
  const ent = idOf(batch, item.key);
  const id = item.revision === undefined ? ent : versionOf(batch, item);
  if (batch.tx.known(id) || isOlder(batch.tx, ent, item)) {
    noteFork(batch, item, ent);
    batch.known += 1;
    return;
  }
  if (item.echo) {
    batch.source.echoed(batch.tx, { id, text: item.text, at: item.at });
    batch.known += 1;
    return;
  }
  const { session_id, run_id } = conversation(batch, item.session, item.at);
  if (item.told === 'hook' && isTold(batch, session_id, item)) {
    batch.known += 1;
    return;
  }
  const fields: MessageAdd = {
    ...{ session_id, run_id, role: item.role, kind: item.as, at: item.at, agent: batch.source.agent },
    ...{ native_id: item.told === 'hook' ? hookMark : item.nativeId, model: item.model, metadata: item.metadata },
    ...{ parent_id: item.replyTo ? idOf(batch, item.replyTo) : undefined, revision: item.revision },
    ...batch.tx.keep('content', item.text),
  };
  const origin = originOf(batch, item.as === 'prompt' ? 'human' : 'agent');
  batch.tx.append(messageAdd, { id, ent, fields, actor: actor(batch, session_id), origin });
  wrote(batch, session_id);
  if (item.told === 'hook') batch.hooked.set(session_id, true);
  else takePlaceOfHook(batch, session_id, item);
}

/** The id of one text of a message that may be written again: by what it says, so that it is one record wherever it is read. */
function versionOf(batch: Batch, { key, text }: CapturedMessage): Id {
  return idOf(batch, [...key, 'text', sha256Hex(text)]);
}

/** True when a text that is to be kept of the same message was written later. */
function isOlder(tx: Write, ent: Id, { revision }: CapturedMessage): boolean {
  if (revision === undefined) return false;
  const row = tx.one(messageOwner, { id: ent });
  const kept = row && tx.fields(row.rec)['revision'];
  return typeof kept === 'number' && kept >= revision;
}

/** A message that stands under another session already: this conversation began as a copy of that one. */
function noteFork(batch: Batch, item: CapturedMessage, id: Id): void {
  const owner = batch.tx.one(messageOwner, { id });
  const marker = idOf(batch, [item.session, 'fork']);
  if (!owner || batch.tx.known(marker)) return;
  const { session_id } = conversation(batch, item.session, item.at);
  if (owner.session_id === session_id) return;
  batch.tx.append(sessionPut, {
    id: marker,
    ent: sessionEntity(session_id),
    fields: { session_id, fork_of: owner.session_id },
    actor: actor(batch, session_id),
    origin: originOf(batch, 'agent'),
  });
  wrote(batch, session_id);
}

function usage(batch: Batch, item: CapturedUsage): void {
  const id = idOf(batch, ['usage', ...item.key]);
  if (isKnown(batch, id)) return;
  const { session_id, run_id } = conversation(batch, item.session, item.at);
  const fields: MessageAdd = {
    ...{ session_id, run_id, role: 'assistant', kind: 'text', at: item.at, agent: batch.source.agent, content: '' },
    model: item.model,
    usage: {
      ...{ request_id: item.requestId, fresh: item.fresh, cache_read: item.cacheRead, cache_write: item.cacheWrite },
      ...{ write_1h: item.cacheWrite1h, output: item.output, reasoning: item.reasoning },
    },
  };
  const origin = originOf(batch, 'agent');
  batch.tx.append(messageAdd, { id, ent: id, fields, actor: actor(batch, session_id), origin });
  wrote(batch, session_id);
}

function toolCall(batch: Batch, item: CapturedToolCall): void {
  const id = idOf(batch, [item.callId, 'call']);
  if (isKnown(batch, id)) return;
  const { session_id, run_id, cwd } = conversation(batch, item.session, item.at);
  const input = item.input === undefined ? {} : batch.tx.keep('input', JSON.stringify(item.input));
  batch.tx.append(toolAdd, {
    id,
    ent: idOf(batch, [item.callId]),
    fields: {
      ...{ session_id, run_id, part: 'call', at: item.at, tool: item.tool, hosted: item.hosted },
      ...{ command: item.command, ...input },
      files: item.files?.map((path) => batch.source.pathOf(path, cwd)),
    },
    actor: actor(batch, session_id),
    origin: originOf(batch, 'agent'),
  });
  wrote(batch, session_id);
  if (item.inHook) takePlaceOfCall(batch, session_id, item.inHook);
}

function toolResult(batch: Batch, item: CapturedToolResult): void {
  const id = idOf(batch, [item.callId, 'result']);
  if (isKnown(batch, id)) return;
  const { session_id, run_id } = conversation(batch, item.session, item.at);
  const output = item.output === undefined ? {} : batch.tx.keep('output', item.output);
  batch.tx.append(toolAdd, {
    id,
    ent: idOf(batch, [item.callId]),
    fields: {
      ...{ session_id, run_id, part: 'result', at: item.at, is_error: item.isError, exit_code: item.exitCode },
      ...{ error_line: item.errorLine, duration_ms: item.durationMs, ...output },
    },
    actor: actor(batch, session_id),
    origin: 'tool-output',
  });
  wrote(batch, session_id);
}

function edit(batch: Batch, item: CapturedEdit): void {
  const id = idOf(batch, ['edit', ...item.key]);
  if (isKnown(batch, id)) return;
  const { session_id, run_id, cwd } = conversation(batch, item.session, item.at);
  const { source, tx } = batch;
  tx.append(editAdd, {
    ...{ id, ent: id },
    fields: {
      ...{ session_id, run_id, kind: item.change, source: item.told ?? 'transcript', at: item.at, agent: source.agent },
      ...{ added: item.added, removed: item.removed, path: source.pathOf(item.path, cwd) },
      tool_call_id: item.callId ? idOf(batch, [item.callId]) : undefined,
      old_path: item.oldPath ? source.pathOf(item.oldPath, cwd) : undefined,
    },
    actor: actor(batch, session_id),
    origin: originOf(batch, 'agent'),
  });
  wrote(batch, session_id);
}

function compaction(batch: Batch, item: Extract<Captured, { kind: 'compaction' }>): void {
  const id = idOf(batch, ['compaction', ...item.key]);
  if (isKnown(batch, id)) return;
  const { session_id } = conversation(batch, item.session, item.at);
  batch.tx.append(sessionCompact, {
    id,
    ent: sessionEntity(session_id),
    fields: {
      ...{ session_id, trigger: item.trigger, at: item.at },
      ...(item.preTokens === undefined ? {} : { pre_tokens: item.preTokens }),
    },
    actor: actor(batch, session_id),
    origin: originOf(batch, 'agent'),
  });
  wrote(batch, session_id);
}

function note(batch: Batch, item: Extract<Captured, { kind: 'note' }>): void {
  const id = idOf(batch, ['note', ...item.key]);
  if (isKnown(batch, id)) return;
  const { session_id } = conversation(batch, item.session, item.at);
  batch.tx.append(sessionPut, {
    ...{ id, ent: sessionEntity(session_id), fields: { session_id, metadata: item.metadata } },
    actor: actor(batch, session_id),
    origin: originOf(batch, 'agent'),
  });
  wrote(batch, session_id);
}
