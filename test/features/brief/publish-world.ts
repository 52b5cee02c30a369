// Brief sources made of plain data, and a brief folder on disk to publish them to.
import fs from 'node:fs';
import { join } from 'node:path';
import type { BriefSources, CarriedSession, Setting } from '../../../src/features/brief/assemble.ts';
import type { BriefEntry, BriefHandoff } from '../../../src/features/brief/brief-input.ts';
import { type Publishing, publish } from '../../../src/features/brief/publish.ts';
import type { BriefFolder } from '../../../src/platform/brief-files.ts';
import type { Read } from '../../../src/store/record-type.ts';
import { temporaryDirectory } from '../../store/temporary-store.ts';
import { anchor, at, entry, session } from './brief-given.ts';

export interface Facts {
  entries: readonly BriefEntry[];
  sessions: readonly CarriedSession[];
  handoff: BriefHandoff | undefined;
  /** When another handoff waits, or none any more. */
  until?: number;
  /** What was asked for, in order: work trees and sessions. */
  readonly asked: string[];
}

const nothing: Read = {
  ...{ one: () => undefined, all: () => [], fields: () => ({}) },
  ...{ text: () => '', blob: () => undefined },
};

export function carried(name: string, change: Partial<CarriedSession> = {}): CarriedSession {
  return { ...session(name), runs: [{ agent: 'claude-code', native_id: `native-${name}` }], ...change };
}

export function facts(change: Partial<Facts> = {}): Facts {
  return { entries: [entry('db', { value: 'sqlite' })], sessions: [], handoff: undefined, asked: [], ...change };
}

export function sourcesOf(given: Facts): BriefSources {
  return {
    telling: () => ({ git: true, paths: 'whole' }),
    entries: (_, { now }) => given.entries.filter(({ at: stored }) => stored <= now),
    entryEnds: () => [],
    sessions(_, worktree) {
      given.asked.push(`sessions of ${worktree}`);
      return given.sessions;
    },
    anchor: (_, session_id) => ({ ...anchor({ ask: `the ask of ${session_id}` }), session_id }),
    handoff: (_, agent) => ({
      handoff: given.handoff?.to_agent === agent ? given.handoff : undefined,
      until: given.until,
    }),
  };
}

export function settingAt(minutes: number, change: Partial<Setting> = {}): Setting {
  return {
    ...{ reads: { project: nothing, user: nothing }, project: 'shop', root: undefined, git: null, now: at(minutes) },
    ...{ place: { worktree: 'main', branch: 'main' }, ...change },
  };
}

/** A repository on a branch with a brief folder; `run` publishes as at a minute of the day. */
export function publishWorld(given: Facts) {
  const root = temporaryDirectory();
  const folder: BriefFolder = { root, directory: join(root, 'brief') };
  fs.mkdirSync(folder.directory);
  const publishing: Publishing = { sources: sourcesOf(given), maxTokens: 2_000, breathe: async () => undefined };
  const checkout = (branch: string) => {
    fs.mkdirSync(join(root, '.git'), { recursive: true });
    fs.writeFileSync(join(root, '.git/HEAD'), `ref: refs/heads/${branch}\n`);
  };
  checkout('main');
  const file = (name: string) => join(folder.directory, name);
  return {
    ...{ root, folder, publishing, checkout, file },
    run: (minutes = 60) => publish(publishing, folder, settingAt(minutes)),
    names: () => fs.readdirSync(folder.directory).sort(),
    /** What an agent is told by a file; undefined when there is none. */
    told(name: string): string | undefined {
      if (!fs.existsSync(file(name))) return undefined;
      const text = fs.readFileSync(file(name), 'utf8');
      return JSON.parse(text).hookSpecificOutput.additionalContext;
    },
  };
}
