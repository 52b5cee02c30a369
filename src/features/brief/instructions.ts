import { join } from 'node:path';
import { readPlainText } from '../../platform/brief-files.ts';

const instructionFiles = ['CLAUDE.md', '.claude/CLAUDE.md', 'CLAUDE.local.md', 'AGENTS.md', 'AGENTS.override.md'];

export interface Instruction {
  /** Relative to the root. */
  readonly name: string;
  readonly text: string;
}

/** The files of a project that agents read at their start by themselves; none without a root. */
export function instructionsOf(root: string | undefined): readonly Instruction[] {
  if (root === undefined) return [];
  return instructionFiles.flatMap((name) => {
    const text = readPlainText(join(root, name));
    return text === undefined ? [] : [{ name, text }];
  });
}
