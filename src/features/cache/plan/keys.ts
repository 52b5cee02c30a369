import { sha256Hex } from '../../../core/ids.ts';
import { renderVersion } from '../render-version.ts';
import type { PlanContext } from './cache-plan.ts';

/** Requests that begin with the same bytes say the same key: those of a project. Nothing of its name is in it. */
export function projectKey({ project, session }: PlanContext, shards = 1): string | undefined {
  if (project === undefined) return session === undefined ? undefined : sessionKey(session);
  const key = `prsist-${renderVersion}-${sha256Hex(project).slice(0, 16)}`;
  return shards > 1 ? `${key}-${shardOf(session ?? '', shards)}` : key;
}

/** Requests of one conversation say the same key. */
export function sessionKey(session: string): string {
  return `prsist-${renderVersion}-${sha256Hex(session).slice(0, 24)}`;
}

/** A conversation keeps its number for life. */
export function shardOf(session: string, shards: number): number {
  return Number.parseInt(sha256Hex(session).slice(0, 8), 16) % shards;
}
