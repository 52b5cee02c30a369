import { basename } from 'node:path';
import type { FileEdit, FilePlan, FoundFile, PlanNote } from '../../../core/file-edit.ts';
import { jsonShape } from '../../../core/json-edit.ts';
import { claudeCodeHooks, codexHooks, isOurCommand } from './entries.ts';
import { addHookEntries, type HookEntries } from './hook-entries.ts';

export interface AgentFacts {
  readonly agent: 'claude-code' | 'codex';
  /** `~/.claude/settings.json` or `~/.codex/hooks.json`, or where the agent's own variable moved it. */
  readonly path: string;
  /** Whether the agent's directory exists: an agent that is not installed is not touched. */
  readonly isInstalled: boolean;
  readonly file: FoundFile;
  /** Text of Codex's `config.toml`, when there is one. Read for warnings only, never written. */
  readonly configToml?: string;
}

/** Plans our hooks in one agent's user settings; no operation when they are there, or when the file is better left alone. */
export function planAgentHooks(facts: AgentFacts): FilePlan {
  if (!facts.isInstalled) return { operations: [], notes: [] };
  const entries = facts.agent === 'codex' ? codexHooks : claudeCodeHooks;
  const notes = facts.agent === 'codex' ? codexNotes(facts) : claudeCodeNotes(facts);
  if (facts.file.kind === 'opaque')
    return { operations: [], notes: [refusal(facts.path, 'it is not UTF-8 text', entries)] };
  const before = facts.file.kind === 'text' ? facts.file.text : null;
  const added = addHookEntries(before ?? '', entries, isOurCommand);
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

function refusal(path: string, reason: string, entries: HookEntries): PlanNote {
  const lines = printed(entries);
  return { path, message: `${basename(path)} was left alone: ${reason}. Add these hooks by hand:`, lines };
}

function printed(entries: HookEntries): string {
  const hooks = Object.fromEntries(Object.entries(entries).map(([event, group]) => [event, [group]]));
  return `${JSON.stringify({ hooks }, null, 2)}\n`;
}

function claudeCodeNotes(facts: AgentFacts): readonly PlanNote[] {
  const shape = facts.file.kind === 'text' ? jsonShape(facts.file.text) : undefined;
  const members = shape?.kind === 'object' ? shape.members : [];
  const isOff = members.some(
    ([key, value]) => key === 'disableAllHooks' && value.kind === 'scalar' && value.source === 'true',
  );
  return isOff ? [{ path: facts.path, message: 'Claude Code: "disableAllHooks" is true there, so no hook runs' }] : [];
}

/** Codex runs hooks.json and the tables of config.toml together; `[hooks.state]` is where it notes what the user approved. */
function codexNotes(facts: AgentFacts): readonly PlanNote[] {
  const notes: PlanNote[] = [{ path: facts.path, message: 'Codex: open /hooks once and approve prsist' }];
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
