// What the agent did and left: files not yet committed, the command that counts, its last words, what it asked.
import type { SessionFacts, Snapshot, SnapshotCommand, SnapshotFile, SnapshotQuote } from '../../core/snapshot.ts';
import { cutAtWord, fold, opening, sentencesOf, wordsOf } from './sentences.ts';

/**
 * Files with edits that no commit holds yet, one line per path, newest first (then by path).
 * Lines are summed, kinds are folded (added then changed is added); what was added and deleted again is not there.
 */
export function filesInFlight(edits: SessionFacts['edits']): readonly SnapshotFile[] {
  const byPath = new Map<string, SnapshotFile>();
  for (const { path, kind, added, removed, at, committed } of edits) {
    if (committed) continue;
    const before = byPath.get(path);
    byPath.delete(path);
    if (before?.kind === 'add' && kind === 'delete') continue;
    byPath.set(path, {
      path,
      kind: before?.kind === 'add' && kind === 'modify' ? 'add' : kind,
      added: sum(before?.added ?? null, added),
      removed: sum(before?.removed ?? null, removed),
      at: Math.max(before?.at ?? at, at),
    });
  }
  return [...byPath.values()].sort((a, b) => b.at - a.at || (a.path < b.path ? -1 : 1));
}

function sum(a: number | null, b: number | null): number | null {
  return a === null && b === null ? null : (a ?? 0) + (b ?? 0);
}

/** A failed check this many commands ago has been worked round; another failure much sooner. */
const checkReach = 30;
const failureReach = 5;
// looking and not finding is how these programs answer, not a failure to go on from
const probing =
  /^(?:grep|rg|ag|find|fd|ls|cat|head|tail|test|\[|which|type|command|diff|cmp|stat|file|wc|pgrep|sed|awk|jq)\b/;

/**
 * The newest failed command, since the last commit, that no success of the same command followed; else the newest. A check (test, build, commit)
 * counts among the last 30, another command among the last 5. Programs that only look (grep, ls) do not count while there is another.
 */
export function lastCommand({
  commands,
  commits,
}: {
  readonly commands: SessionFacts['commands'];
  readonly commits: readonly { readonly at: number }[];
}): SnapshotCommand | null {
  const since = commits.at(-1)?.at ?? Number.NEGATIVE_INFINITY;
  const reach = Math.max(0, commands.length - checkReach);
  const settled: string[] = [];
  for (let index = commands.length - 1; index >= reach; index -= 1) {
    const command = commands[index];
    if (command === undefined || command.at < since) break;
    const essence = essenceOf(command.command);
    const counts = index >= commands.length - failureReach || checking.test(essence);
    if (!command.is_error) settled.push(essence);
    else if (counts && isFailure(command, essence) && !settled.some((success) => covers(success, essence)))
      return shown(command);
  }
  const newest = commands.findLast((command) => !probing.test(essenceOf(command.command))) ?? commands.at(-1);
  return newest === undefined ? null : shown(newest);
}

// a human said no to it: that is told by the human's next words, not by an error
const refused =
  /^(?:The user doesn't want to|User rejected|\[Request interrupted|Permission to use|exec command rejected)/i;

function isFailure(command: SessionFacts['commands'][number], essence: string): boolean {
  if (command.error_line === null) return command.exit_code !== null && command.exit_code > 1;
  return !probing.test(essence) && !refused.test(command.error_line);
}

function shown(command: SessionFacts['commands'][number]): SnapshotCommand {
  const error = command.is_error && command.error_line !== null ? cutAtWord(fold(command.error_line), 200) : null;
  return { command: cutAtWord(fold(command.command), 160), exit_code: command.exit_code, error, at: command.at };
}

/** Without shell, change of directory and variables before it and the pipes and redirections after it. */
export function essenceOf(command: string): string {
  const bare = fold(command)
    .replace(/^(?:bash|sh|zsh) -l?c\s+["']?/, '')
    .replace(/^(?:cd\s+(?:"[^"]*"|'[^']*'|\S+)\s*(?:&&|;)\s*)+/, '')
    .replace(/^(?:\w+=\S*\s+)+/, '')
    .replace(/\s+(?:2>&1|\|\s*(?:tail|head|tee|grep|cat|less)\b|2?>).*$/, '');
  return bare.trim();
}

// what these find depends on what they are told to look at: another run of them settles nothing
const checking =
  /\b(?:test|tests|check|build|lint|commit|push|typecheck|compile|run|exec|verify|vet|clippy|pytest|jest|vitest|tsc|make|tox|rspec|gradle|mvn|bazel)\b/;

/** The same command; a checking one with no argument that the failed one did not have; any other of the same program and verb. */
function covers(success: string, failed: string): boolean {
  if (success === failed) return true;
  const [program, verb, ...rest] = success.split(' ');
  const words = failed.split(' ');
  if (verb === undefined || words[0] !== program || words[1] !== verb) return false;
  return program === 'git' || !checking.test(`${program} ${verb}`) || rest.every((word) => words.includes(word));
}

const replyHead = 200;
const replyTail = 120;

/** The beginning of the last reply and, of a long one, its last sentence: there stands what comes next. */
export function lastReply(replies: SessionFacts['replies']): SnapshotQuote | null {
  const reply = replies.findLast((one) => wordsOf(one.text).length >= 3) ?? replies.at(-1);
  if (reply === undefined) return null;
  const text = withoutTargets(reply.text);
  const whole = opening(text, replyHead + replyTail);
  if (!whole.endsWith('…')) return { text: whole, at: reply.at };
  const end = sentencesOf(text).at(-1) ?? '';
  const head = opening(text, replyHead);
  return { text: head.includes(end) ? head : `${head} ${cutAtWord(end, replyTail)}`, at: reply.at };
}

/** Links to files of this machine keep their name; web addresses stay. */
function withoutTargets(text: string): string {
  return text.replace(/\[`?([^\]\n`]{1,200})`?\]\((?!https?:)[^)\n]*\)/g, '`$1`');
}

const mostQuestions = 5;

/** Questions the agent asked in its last three texts that no prompt followed, oldest first, at most 5 × 120 characters. */
export function openQuestions(facts: SessionFacts): readonly string[] {
  const answered = facts.prompts.at(-1)?.at ?? Number.NEGATIVE_INFINITY;
  const questions: string[] = [];
  for (const reply of facts.replies.slice(-3)) {
    if (reply.at <= answered) continue;
    for (const sentence of sentencesOf(withoutTargets(reply.text))) {
      if (/[?？]["'”’)*_`]*$/.test(sentence) && wordsOf(sentence).length >= 3) questions.push(cutAtWord(sentence, 120));
    }
  }
  return [...new Set(questions)].slice(-mostQuestions);
}

/** The first task in progress, else the first open one; else what the agent's newest compaction summary calls the next step. */
export function nextStep(facts: SessionFacts): Snapshot['next_step'] {
  const task =
    facts.tasks.find((one) => one.status === 'in_progress') ?? facts.tasks.find((one) => one.status === 'open');
  if (task !== undefined) return cutAtWord(fold(task.description), 200);
  const summary = facts.summaries.at(-1);
  const prompted = facts.prompts.at(-1)?.at ?? Number.NEGATIVE_INFINITY;
  const replied = facts.replies.at(-1)?.at ?? Number.NEGATIVE_INFINITY;
  // older than what was said since, it is no longer the next step
  if (summary === undefined || summary.at < prompted || summary.at < replied) return null;
  const section = /^\W*(?:\d+\.\s*)?(?:optional )?next steps?\W*$\s*([\s\S]+)/im.exec(summary.text)?.[1];
  return section === undefined ? null : opening(section.split(/\n\s*\n/)[0] ?? '', 200);
}
