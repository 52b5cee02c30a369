import { basename } from 'node:path';
import type { FileEdit, FilePlan, FoundFile, PlanNote } from '../../../core/file-edit.ts';
import { jsonShape } from '../../../core/json-edit.ts';
import type { HookedAgent } from '../../../core/words.ts';
import { cursorKnows } from './cursor-version.ts';
import {
  baseOf,
  copilotFile,
  type EntryAgent,
  entriesOf,
  type HookForm,
  isOurCommand,
  withoutSessions,
} from './entries.ts';
import { addHookEntries, type HookEntries } from './hook-entries.ts';

export interface AgentFacts {
  readonly agent: HookedAgent;
  /** The file that holds its hooks, or where the agent's own variable moved it. */
  readonly path: string;
  /** Whether the agent's directory exists: an agent that is not installed is not touched. */
  readonly isInstalled: boolean;
  readonly file: FoundFile;
  /** Text of Codex's `config.toml`, when there is one. Read for warnings only, never written. */
  readonly configToml?: string;
  /** Directory of the installed scripts; undefined in a file of a repository. */
  readonly bin: string | undefined;
  readonly form: HookForm;
  /** Text of opencode's plug-in. */
  readonly plugin: string;
  /** Version of the Cursor that is installed; undefined where nobody knows, and for other agents. */
  readonly version: string | undefined;
}

/** Plans our hooks in one agent's user settings; no operation when they are there, or when the file is better left alone. */
export function planAgentHooks(facts: AgentFacts): FilePlan {
  const { agent } = facts;
  if (!facts.isInstalled) return { operations: [], notes: [] };
  if (agent === 'opencode') return planOwnFile(facts, facts.plugin);
  if (agent === 'copilot-cli') return planOwnFile(facts, copilotFile(facts.form));
  return planEntries(facts, agent);
}

/** What an agent's user has to do by hand before our hooks run; undefined when nothing. */
export function approvalOf(agent: HookedAgent): string | undefined {
  return agent === 'codex' ? 'Codex: open /hooks once and approve prsist' : undefined;
}

function planEntries(facts: AgentFacts, agent: EntryAgent): FilePlan {
  const knows = cursorKnows(facts.version);
  if (knows === 'none') return { operations: [], notes: [tooOld(facts)] };
  const all = entriesOf(agent, facts.form, facts.bin);
  const entries = knows === 'all' ? all : withoutSessions(all);
  const notes = agent === 'codex' ? codexNotes(facts) : settingsNotes(facts);
  if (facts.file.kind === 'opaque')
    return { operations: [], notes: [refusal(facts.path, 'it is not UTF-8 text', entries)] };
  const before = facts.file.kind === 'text' ? facts.file.text : null;
  const added = addHookEntries(before ?? '', entries, isOurCommand, baseOf(agent));
  if (added.kind === 'refused') return { operations: [], notes: [refusal(facts.path, added.reason, entries)] };
  if (added.text === before) return { operations: [], notes };
  const edit: FileEdit = {
    kind: 'edit',
    subject: 'agent-hooks',
    path: facts.path,
    before,
    after: added.text,
    mode: 0o600,
    created: before === null,
    inserted: printed(entries),
    containers: added.containers,
  };
  return { operations: [edit], notes };
}

function tooOld({ path, version }: AgentFacts): PlanNote {
  return { path, message: `Cursor ${version} knows no hooks, 1.7 and later do: update it, then prsist setup` };
}

/** A file of ours that the agent loads. One of that name that is not ours stays. */
function planOwnFile({ path, file }: AgentFacts, text: string): FilePlan {
  if (file.kind === 'text' && file.text === text) return { operations: [], notes: [] };
  if (file.kind === 'opaque' || (file.kind === 'text' && !file.text.includes('prsist'))) {
    const message = `${basename(path)} was left alone: it is not ours. What should stand there:`;
    return { operations: [], notes: [{ path, message, lines: text }] };
  }
  const before = file.kind === 'text' ? file.text : null;
  const made = { mode: 0o600, created: before === null, inserted: text, containers: [] };
  return { operations: [{ kind: 'edit', subject: 'own-file', path, before, after: text, ...made }], notes: [] };
}

function refusal(path: string, reason: string, entries: HookEntries): PlanNote {
  const lines = printed(entries);
  return { path, message: `${basename(path)} was left alone: ${reason}. Add these hooks by hand:`, lines };
}

function printed(entries: HookEntries): string {
  const hooks = Object.fromEntries(Object.entries(entries).map(([event, group]) => [event, [group]]));
  return `${JSON.stringify({ hooks }, null, 2)}\n`;
}

function settingsNotes(facts: AgentFacts): readonly PlanNote[] {
  const shape = facts.file.kind === 'text' ? jsonShape(facts.file.text) : undefined;
  const members = shape?.kind === 'object' ? shape.members : [];
  const isOff = members.some(
    ([key, value]) => key === 'disableAllHooks' && value.kind === 'scalar' && value.source === 'true',
  );
  const message = 'Claude Code: "disableAllHooks" is true there, so no hook runs';
  return isOff && facts.agent === 'claude-code' ? [{ path: facts.path, message }] : [];
}

/** Codex runs hooks.json and the tables of config.toml together; `[hooks.state]` is where it notes what the user approved. */
function codexNotes(facts: AgentFacts): readonly PlanNote[] {
  const notes: PlanNote[] = [];
  const toml = facts.configToml ?? '';
  if (/^\s*(?:features\.)?(?:codex_)?hooks\s*=\s*false\b/m.test(toml)) {
    notes.push({
      path: facts.path,
      message: 'Codex: its config.toml turns hooks off under [features], so no hook runs',
    });
  }
  if (/^\s*\[{1,2}\s*hooks\s*(?:\]|\.\s*(?!"?state\b))/m.test(toml)) {
    notes.push({
      path: facts.path,
      message:
        'Codex: its config.toml has hooks of its own; both run, but Codex may warn that they stand in two places',
    });
  }
  return notes;
}
