import type { Adapter } from './adapter.ts';
import { claudeCode } from './claude-code.ts';
import { codex } from './codex.ts';
import { copilotCli } from './copilot-cli.ts';
import { cursor } from './cursor.ts';
import { geminiCli } from './gemini.ts';
import { opencode } from './opencode.ts';
import { specstory } from './specstory.ts';

/** Every agent whose transcripts can be read. Which one a file belongs to is told by its content. */
export const adapters: readonly Adapter[] = [claudeCode, codex, copilotCli, cursor, geminiCli, opencode, specstory];
