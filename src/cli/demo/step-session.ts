import { join } from 'node:path';
import { readText } from '../../platform/files.ts';
import { createRandom } from '../../platform/random.ts';
import { filesHolding, writeText } from '../../platform/temporary.ts';
import { filesBelow } from '../../platform/walk.ts';
import { broken, type Figures, fire, git, newId, type Outcome, prsist, run, type Stage, told, until } from './stage.ts';
import { type Conversation, claudePrompt, claudeWork } from './transcripts.ts';

/** A new session of Claude Code: told what was, at work, interrupted; and what an agent would be told then. */
export async function workAndStop(stage: Stage): Promise<Outcome> {
  const { show, story } = stage;
  const talk = await conversation(stage);
  const transcript = join(
    stage.home.home,
    '.claude/projects',
    talk.cwd.replace(/[^A-Za-z0-9]/g, '-'),
    `${talk.id}.jsonl`,
  );
  const common = { session_id: talk.id, transcript_path: transcript };
  const start = { agent: 'claude-code', event: 'SessionStart', body: { ...common, source: 'startup' } } as const;
  await until('the brief', () => briefFile(stage, 'claude-code.start', 'Recent sessions'));
  show.say('Claude Code starts. Its SessionStart hook prints, and Claude reads:');
  const brief = told((await fire(stage, start)).stdout);
  show.output(brief, { lines: 12 });
  stage.expect('the new session knows of the earlier ones', brief.includes('Recent sessions'));
  const cost = await hookCost(stage);
  show.say(`That hook takes ${cost.hook_ms} ms, an empty sh ${cost.sh_ms} ms (median of ${cost.runs}).`);

  writeText(transcript, claudePrompt(talk, story.ask));
  await fire(stage, { agent: 'claude-code', event: 'UserPromptSubmit', body: { ...common, prompt: story.ask } });
  const secret = madeUpSecret();
  editFile(stage);
  writeText(transcript, claudeWork(talk, story, secret), 'a');
  show.say('It plans, edits, runs a test that fails, prints a token by mistake, and is interrupted.');
  const resumed = await prsist(stage, ['resume']);
  show.output(resumed.stdout, { lines: 20 });
  const anchor = resumed.stdout.replace(/\s+/g, ' ');
  const has = [story.ask.slice(0, 40), story.edit.path, story.check.command, story.plan[0] ?? ''];
  stage.expect(
    'the ask, the plan, the file and the failed command are there',
    has.every((text) => anchor.includes(text)),
  );
  const secrets = await secretFigures(stage, { secret, session_id: talk.id });
  return {
    summary: `brief by a hook of ${cost.hook_ms} ms (empty sh ${cost.sh_ms} ms); interrupted, nothing of it lost`,
    figures: {
      brief_bytes: Buffer.byteLength(brief),
      ...cost,
      anchor_bytes: Buffer.byteLength(resumed.stdout),
      ...secrets,
    },
  };
}

/** A conversation that begins now in the work tree. */
export async function conversation(stage: Stage): Promise<Conversation> {
  const branch = (await git(stage, stage.repository, ['rev-parse', '--abbrev-ref', 'HEAD'])).trim();
  return { id: newId(), cwd: stage.repository, branch, nowMs: stage.cli.now(), newId };
}

/** Path of a laid-out brief file; undefined while there is none that holds this text. */
export function briefFile(stage: Stage, name: string, text = ''): string | undefined {
  const path = filesBelow(join(stage.repository, '.prsist/brief'), (each) => each === name)[0]?.path;
  return path !== undefined && readText(path)?.includes(text) ? path : undefined;
}

const timedRuns = 15;

/** Sessions that start and say nothing leave nothing behind, so they can be started as often as one likes. */
async function hookCost(stage: Stage) {
  const hook: number[] = [];
  const sh: number[] = [];
  for (let n = 0; n < timedRuns; n += 1) {
    const body = { session_id: newId(), source: 'startup' };
    hook.push((await fire(stage, { agent: 'claude-code', event: 'SessionStart', body })).ms);
    sh.push((await run(stage, { program: 'sh', args: ['-c', ':'], cwd: stage.repository })).ms);
  }
  return { hook_ms: median(hook), sh_ms: median(sh), runs: timedRuns };
}

function median(values: readonly number[]): number {
  const middle = [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
  return Number(middle.toFixed(1));
}

function editFile({ repository, story }: Stage): void {
  const { path, before, after } = story.edit;
  const file = join(repository, path);
  const text = readText(file) ?? '';
  if (!text.includes(before)) throw broken(`${path} is not the file of the samples`);
  writeText(file, before === '' ? after : text.replace(before, () => after));
}

const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';

/** Looks like a token of GitHub and is none. Made anew each time: no source holds one. */
function madeUpSecret(): string {
  return ['ghp', Array.from(createRandom()(36), (byte) => letters[byte % letters.length]).join('')].join('_');
}

async function secretFigures(
  stage: Stage,
  { secret, session_id }: { readonly secret: string; readonly session_id: string },
): Promise<Figures> {
  const { results } = await stage.client.call('search.query', { query: 'GH_TOKEN', session_id });
  const replaced = results.some(({ snippet }) => snippet.includes('⟨secret:'));
  const holding = [stage.home.paths.data, stage.home.paths.state, join(stage.repository, '.prsist')].flatMap(
    (directory) => filesHolding(directory, secret),
  );
  stage.expect('the token is in no file of memory, only ⟨secret:…⟩ in its place', replaced && holding.length === 0);
  return { secret_replaced: replaced, files_with_secret: holding.length };
}
