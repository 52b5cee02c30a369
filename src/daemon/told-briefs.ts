// What hooks have printed to sessions: kept by the hook itself in the mark that says so (`printed/<agent>.<session>`).
import { join } from 'node:path';
import { unwrapped } from '../features/brief/envelope.ts';
import type { BriefNeeds } from '../features/brief/feature.ts';
import { lastStarts } from '../features/capture/queries.ts';
import type { Context } from '../features/feature.ts';
import { runsOfSession } from '../features/sessions/queries.ts';
import { readPlainText } from '../platform/brief-files.ts';
import { emptyFile, filesIn } from '../platform/spool-files.ts';
import type { ToldTo } from './recorded-prompts.ts';

const plainName = /^[A-Za-z0-9._-]+$/;

/** Reads what a session of a project was told, by the marks in a directory. */
export function toldBriefs(printed: string): BriefNeeds['told'] {
  const told = toldTo(printed);
  return (context, { agent, session_id }) => {
    for (const native of conversations(context, agent, session_id)) {
      const text = told(agent, native);
      if (text !== undefined) return text;
    }
    return undefined;
  };
}

/** Reads what one conversation of an agent was told last. */
export function toldTo(printed: string): ToldTo {
  return (agent, native) => {
    const name = `${agent}.${native}`;
    return plainName.test(name) ? unwrapped(agent, readPlainText(join(printed, name)) ?? '') : undefined;
  };
}

/** Conversations of an agent in this project that carry a session, the newest first; one that only started counts. */
function conversations(context: Context, agent: string, session_id: string): readonly string[] {
  const runs = context.read.project.all(runsOfSession, { session_id }).filter((run) => run.agent === agent);
  const place = { projectId: context.project.id, agent, worktree: context.worktree ?? 'main' };
  const started = lastStarts(context.read.user, place).some(({ native }) => native === session_id);
  return [...runs.map((run) => run.native_id).reverse(), ...(started ? [session_id] : [])];
}

/** After an erase: nobody can say whose words a brief told. That something was printed stays noted. */
export function forgetTold(printed: string): void {
  for (const name of filesIn(printed, '')) emptyFile(join(printed, name));
}
