import { join } from 'node:path';
import type { FoundFile } from '../../../platform/walk.ts';
import { sourceInfo } from '../forms/sources.ts';
import type { CaptureParts } from '../needs.ts';
import { sourceOfConversation } from '../queries.ts';
import type { LiveEvent } from './live-event.ts';

/** The transcripts an event is about that are there: those it names, else where its agent is known to keep them. */
export function transcriptsOf(parts: CaptureParts, event: LiveEvent): FoundFile[] {
  const named = event.transcripts.length > 0 ? event.transcripts : guessed(parts, event);
  return named.flatMap((path) => sourceInfo(path) ?? []);
}

function guessed(parts: CaptureParts, { agent, session }: LiveEvent): string[] {
  if (session === undefined || !/^[A-Za-z0-9._-]+$/.test(session)) return [];
  const known = parts.user.read.one(sourceOfConversation, { agent, native_id: session })?.path;
  if (known !== undefined) return [known];
  const roots = [...parts.transcriptRoots].filter((root) => root.agent === agent).map(({ directory }) => directory);
  if (agent === 'copilot-cli') {
    return roots.flatMap((root) => [join(root, session, 'events.jsonl'), join(root, `${session}.jsonl`)]);
  }
  // the name a conversation has among those of the database
  return agent === 'opencode' ? roots.map((root) => join(root, `opencode.db#${session}`)) : [];
}
