// What the settings of a project mean to the features, by its root.
import type { Config } from '../config/schema.ts';
import { ignoring } from '../core/ignore.ts';
import type { Redactor } from '../core/redact.ts';
import type { Telling } from '../features/brief/telling.ts';
import type { CaptureParts } from '../features/capture/needs.ts';
import type { SessionTimes } from '../features/sessions/wire.ts';
import { workTreeOf } from '../platform/repository.ts';
import { keptPath, keptPaths } from './kept-path.ts';
import type { Settings } from './settings.ts';

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;

export function sessionTimes({ sessions }: Config): SessionTimes {
  return {
    idleMs: sessions.idle_minutes * minuteMs,
    endAfterMs: sessions.end_after_hours * hourMs,
    archiveAfterMs: sessions.archive_after_days * dayMs,
    handoffMs: sessions.handoff_days * dayMs,
  };
}

export function storeBounds({ store, daemon }: Config): { groupCommit: number; queue: number } {
  return { groupCommit: store.group_commit_max, queue: daemon.max_queue };
}

export function keepThinking({ capture }: Config): 'keep' | 'drop' {
  return capture.thinking ? 'keep' : 'drop';
}

/** Whether commits name the session in which they were made, and after which silence one works no more. */
export function trailerOf({ capture, sessions }: Config): { readonly enabled: boolean; readonly idleMs: number } {
  return { enabled: capture.commit_trailer, idleMs: sessions.idle_minutes * minuteMs };
}

export function tellingOf({ brief, optimization: { ai_filtering: filter } }: Config): Telling {
  return {
    ...{ git: brief.include_git, paths: brief.redact_paths ? 'names' : 'whole' },
    prunes: filter.enabled && filter.attention_pruning,
  };
}

/** The directory whose `.prsist` counts for a directory: of its main work tree. */
export function mainTop(root: string | undefined): string | undefined {
  return root === undefined ? undefined : (workTreeOf(root)?.mainTop ?? root);
}

/**
 * What a project wants to have kept. A transcript shows the output of tools, so without that it is not kept either.
 * redactorOf: makes or remembers a redactor for some rules.
 */
export function captureRules(
  settings: Settings,
  redactorOf: (rules: Config['privacy']['rules']) => Redactor,
): CaptureParts['rules'] {
  return (root) => {
    const { capture, privacy } = settings.at(root);
    const test = capture.ignore.length === 0 ? undefined : ignoring(capture.ignore);
    // the root is told by where it lies, which no pattern is about
    const isIgnored = (path: string) => path !== root && (test?.(path) ?? false);
    const kept = keptPaths(root);
    // a pattern may be about the work tree itself
    const isEither = (path: string, cwd: string | undefined) =>
      isIgnored(kept(path, cwd)) || isIgnored(keptPath(path, cwd, root));
    return {
      agents: capture.agents,
      toolOutput: capture.tool_output ? 'keep' : 'drop',
      transcripts: capture.keep_transcripts && capture.tool_output ? 'keep' : 'drop',
      ignores: test && isEither,
      redactor: redactorOf(privacy.rules),
    };
  };
}
