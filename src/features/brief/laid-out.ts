// What is laid out for the hooks, and whether it still is what was rendered.
import { join } from 'node:path';
import { sha256Hex } from '../../core/ids.ts';
import { estimateTokens } from '../../core/tokens.ts';
import { readPlainText, replaceIfDifferent } from '../../platform/brief-files.ts';
import { exists } from '../../platform/walk.ts';
import { unwrapped } from './envelope.ts';
import { toldAgents } from './told-agents.ts';

/** Beside the files: the hash of each as it was rendered, so that one that somebody changed can be told. */
const written = 'written';
const kinds = ['start', 'plain'] as const;

/** Notes what was just rendered into a folder. */
export function noteWritten(directory: string): void {
  const lines = toldAgents.flatMap(({ agent }) =>
    kinds.map((kind) => {
      const text = readPlainText(join(directory, `${agent}.${kind}`)) ?? '';
      return text === '' ? '' : `${hashOf(text)} ${agent}.${kind}\n`;
    }),
  );
  replaceIfDifferent(join(directory, written), lines.join(''));
}

/** What stands where briefs are laid out for an agent: the fault in it, or whether there is anything to tell. */
export function laidOut(
  directory: string,
  agent: string,
  maxTokens: number,
): { readonly fault: string } | { readonly fault: undefined; readonly told: 'something' | 'nothing' } {
  if (!exists(directory)) return { fault: `no brief is laid out: ${directory} is missing` };
  const noted = readPlainText(join(directory, written)) ?? '';
  for (const kind of kinds) {
    const path = join(directory, `${agent}.${kind}`);
    const hash = new RegExp(`^([0-9a-f]{64}) ${agent}\\.${kind}$`, 'm').exec(noted)?.[1];
    const fault = faultOf({ path, agent, hash, maxTokens });
    if (fault !== undefined) return { fault };
  }
  return { fault: undefined, told: exists(join(directory, `${agent}.start`)) ? 'something' : 'nothing' };
}

interface Laid {
  readonly path: string;
  readonly agent: string;
  /** As it was rendered; undefined where there was nothing to tell. */
  readonly hash: string | undefined;
  readonly maxTokens: number;
}

function faultOf({ path, agent, hash, maxTokens }: Laid): string | undefined {
  const text = readPlainText(path);
  if (hash === undefined) return text === undefined ? undefined : `${path} is not what was rendered`;
  if (text === undefined) return `${path} is missing`;
  const inside = unwrapped(agent, text);
  if (inside === undefined) return `${path} is not in the form ${agent} takes`;
  if (hashOf(text) !== hash) return `${path} is not what was rendered`;
  const tokens = estimateTokens(inside);
  return tokens > maxTokens ? `${path} has about ${tokens} tokens, more than ${maxTokens}` : undefined;
}

function hashOf(text: string): string {
  return sha256Hex(text);
}
