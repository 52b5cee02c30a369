import { basename } from 'node:path';
import type { Captured, CapturedUsage } from '../../core/captured.ts';
import type { FoundFile } from '../../platform/walk.ts';
import type { Adapter } from './adapters/adapter.ts';
import { adapters } from './adapters/all.ts';
import { namedTranscripts } from './discover.ts';
import { formOf, sourcesOf } from './forms/sources.ts';
import { parsed, readHead } from './transcript-head.ts';

/** One conversation of a file, with every model request it made, oldest first. */
export interface UsageInFile {
  readonly path: string;
  readonly agent: string;
  /** The agent's own id of the conversation. */
  readonly session: string;
  readonly isSubagent: boolean;
  readonly requests: readonly CapturedUsage[];
  /** When the agent put a summary in place of its history. */
  readonly compactions: readonly number[];
}

/** What model requests cost by these files, which are read and not taken in. Files that are no transcript give nothing. */
export async function* usageIn(paths: readonly string[]): AsyncGenerator<UsageInFile> {
  for (const file of await sourcesOf(namedTranscripts(paths))) yield* usageInFile(file);
}

interface Gathered {
  readonly requests: Map<string, CapturedUsage>;
  readonly compactions: number[];
  isSubagent: boolean;
}

async function* usageInFile({ path }: FoundFile): AsyncGenerator<UsageInFile> {
  const form = await formOf(path);
  const head = await readHead(form, path);
  const adapter: Adapter | undefined = adapters.find((each) => each.recognises(head));
  if (!adapter) return;
  const fileName = basename(path).replace(/(?:\.jsonl)?(?:\.gz)?$/, '');
  let state = adapter.begin({ fileName, path, subagentFiles: [] });
  const sessions = new Map<string, Gathered>();
  let line = 0;
  for await (const { text, offset } of form.lines(path, { offset: 0, marks: [] })) {
    const reading = adapter.read(state, { value: parsed(text), offset, line });
    line += 1;
    state = reading.state;
    for (const item of reading.items) gather(sessions, item);
  }
  for (const [session, { requests, compactions, isSubagent }] of sessions) {
    const ordered = [...requests.values()].filter(hasInput).sort((a, b) => a.at - b.at);
    if (ordered.length > 0) yield { path, agent: adapter.agent, session, isSubagent, requests: ordered, compactions };
  }
}

function gather(sessions: Map<string, Gathered>, item: Captured): void {
  const { session } = item;
  const known: Gathered = sessions.get(session) ?? { requests: new Map(), compactions: [], isSubagent: false };
  sessions.set(session, known);
  if (item.kind === 'session' && item.parent !== undefined) known.isSubagent = true;
  if (item.kind === 'message' && item.as === 'summary') known.compactions.push(item.at);
  if (item.kind !== 'usage') return;
  const before = known.requests.get(item.requestId);
  // repeated on each line of an answer; the greatest output is the last that was known
  const counted = before && before.output > item.output ? before : item;
  known.requests.set(item.requestId, { ...counted, at: item.at });
}

function hasInput({ fresh, cacheRead, cacheWrite }: CapturedUsage): boolean {
  return fresh + cacheRead + cacheWrite > 0;
}
