// What the agent had in hand: files it opened, commands it ran, names it wrote or searched for. After a compaction these
// are what its next steps name (scripts/bench/reanchor.ts measures it).
import type { SessionFacts, Snapshot } from '../../core/snapshot.ts';
import { cutAtWord } from './sentences.ts';
import { essenceOf } from './summarise-work.ts';

const mostFiles = 20;
const mostCommands = 10;
const mostNames = 120;
const commandUnits = 80;
/** Of a call twenty calls ago a quarter counts. */
const decay = 0.933;

const identifier = /\b[A-Za-z_][\w.]{5,60}\b/g;
/** Of a tool's input: `old_string: …` says nothing about the work. */
const memberName = /^\w+: /gm;
/** Names of directories are no names of the work, and a plan's words for how far it is neither. */
const directories = /(?:\/[\w@.-]+)+|\bin_progress\b/g;
const path = /[\w@.-]*(?:\/[\w@.-]+)+\.[A-Za-z]\w{0,5}\b/g;
const inside = /[a-z][A-Z]|[A-Za-z]_[A-Za-z]|[a-z]\.[A-Z]/;

/** The last calls in short, newest first, names by how often and how lately they came up. A pure function of its facts. */
export function recentWork(facts: Pick<SessionFacts, 'calls' | 'commands'>): Snapshot['recent_work'] {
  const newest = [...facts.calls].reverse();
  const commands = facts.commands.map(({ command }) => essenceOf(command)).filter((command) => command.includes(' '));
  return {
    files: firstOf(
      newest.flatMap(({ files, words }) => (files.length > 0 ? files : pathsIn(words))),
      mostFiles,
    ),
    commands: firstOf(
      commands.reverse().map((command) => cutAtWord(command, commandUnits)),
      mostCommands,
    ),
    names: namesIn(newest.map(({ words }) => words.replace(memberName, '').replace(directories, ' '))),
  };
}

/** Of a call that names no file as such: the paths in its command. */
function pathsIn(words: string): string[] {
  return [...words.matchAll(path)].map(([found]) => found);
}

function firstOf(items: readonly string[], most: number): string[] {
  return [...new Set(items)].slice(0, most);
}

function namesIn(newest: readonly string[]): string[] {
  const scores = new Map<string, number>();
  for (const [age, words] of newest.entries()) {
    const names = new Set([...words.matchAll(identifier)].map(([name]) => name).filter((name) => inside.test(name)));
    for (const name of names) scores.set(name, (scores.get(name) ?? 0) + decay ** age);
  }
  return [...scores]
    .sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1))
    .slice(0, mostNames)
    .map(([name]) => name);
}
