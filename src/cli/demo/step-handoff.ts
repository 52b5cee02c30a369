import { join } from 'node:path';
import { writeText } from '../../platform/temporary.ts';
import { fire, type Outcome, prsist, type Stage, told, until } from './stage.ts';
import { briefFile, conversation } from './step-session.ts';
import { codexTalk } from './transcripts.ts';

/** From Claude Code to Codex: printed once, taken with the first word. */
export async function handOver(stage: Stage): Promise<Outcome> {
  const { show } = stage;
  const { reason, info, instructions } = stage.story.handoff;
  const args = ['codex', '--reason', reason, '--info', info.join('='), '--instructions', instructions];
  const handed = await prsist(stage, ['handoff', ...args]);
  show.output(`${handed.stdout}${handed.stderr}`);
  await until('the handoff for Codex', () => briefFile(stage, 'codex.handoff'));

  const first = await conversation(stage);
  show.say('Codex starts here for the first time. Its hook prints:');
  const printed = told((await start(stage, first.id)).stdout);
  show.output(printed, { lines: 12 });
  stage.expect('Codex is told why, what it must know, and where the work stopped', tellsAll(stage, printed));
  await until('the daemon to notice', async () => ((await newest(stage))?.shown_at ? true : undefined));

  const second = await conversation(stage);
  const again = told((await start(stage, second.id)).stdout);
  stage.expect('a second Codex that starts here is not told again', !again.includes(info[1]));

  const rollout = rolloutPath(stage, first.id);
  const { goOn } = stage.story;
  writeText(rollout, codexTalk(first, goOn));
  const common = { session_id: first.id, transcript_path: rollout };
  await fire(stage, { agent: 'codex', event: 'UserPromptSubmit', body: { ...common, prompt: goOn.prompt } });
  await fire(stage, { agent: 'codex', event: 'Stop', body: { ...common, last_assistant_message: goOn.answer } });
  show.say(`The first Codex is told "${goOn.prompt}": with that word it takes the work over.`);
  const taken = await until('Codex to take over', async () => {
    const handoff = await newest(stage);
    return handoff?.accepted_at ? handoff : undefined;
  });
  const status = await prsist(stage, ['status']);
  show.output(status.stdout, { fold: 'cut' });
  const { runs } = await stage.client.call('session.show', { session_id: taken.session_id });
  const agents = [...new Set(runs.map(({ agent }) => agent))].sort();
  stage.expect('one session, two agents: Claude Code and Codex', agents.join() === 'claude-code,codex');
  stage.expect('status says who took it', taken.accepted_by === 'codex' && status.status === 0);
  const times = { printed: printed === '' ? 0 : 1, printed_again: again.includes(info[1]) ? 1 : 0 };
  return {
    summary: 'printed to Codex once, taken over with its first message',
    figures: { ...times, bytes: Buffer.byteLength(printed), accepted_by: taken.accepted_by, agents },
  };
}

function start(stage: Stage, id: string) {
  const body = { session_id: id, transcript_path: rolloutPath(stage, id), source: 'startup', model: 'codex-demo' };
  return fire(stage, { agent: 'codex', event: 'SessionStart', body });
}

function rolloutPath(stage: Stage, id: string): string {
  const [day = '', time = ''] = new Date(stage.cli.now()).toISOString().split('T');
  const name = `rollout-${day}T${time.slice(0, 8).replaceAll(':', '-')}-${id}.jsonl`;
  return join(stage.home.home, '.codex/sessions', ...day.split('-'), name);
}

function tellsAll({ story }: Stage, printed: string): boolean {
  const { reason, info, instructions } = story.handoff;
  const text = printed.replace(/\s+/g, ' ');
  return [reason, info[1], instructions, story.ask.slice(0, 40), story.edit.path].every((each) => text.includes(each));
}

async function newest(stage: Stage) {
  return (await stage.client.call('session.handoffs', {})).items[0];
}
