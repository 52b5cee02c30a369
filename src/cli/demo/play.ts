import { basename, dirname, join } from 'node:path';
import { monotonic } from '../../platform/time.ts';
import { oneLine } from '../text.ts';
import { type Figures, type Outcome, type Stage, untilStopped } from './stage.ts';
import { killTheDaemon } from './step-crash.ts';
import { handOver } from './step-handoff.ts';
import { askPast, takeInPast } from './step-past.ts';
import { makeProject } from './step-project.ts';
import { workAndStop } from './step-session.ts';
import { anyStory, bundledStory, type Story } from './story.ts';

/** The whole demonstration in its order: name in the reply, heading, what is done. */
export const steps: readonly (readonly [string, string, (stage: Stage) => Promise<Outcome>])[] = [
  ['project', 'Make a repository a project', makeProject],
  ['import', 'Start full: take in what agents have left', takeInPast],
  ['search', 'Ask the past', askPast],
  ['session', 'A session starts, works, is interrupted', workAndStop],
  ['handoff', 'Hand it to another agent', handOver],
  ['crash', 'Kill the daemon', killTheDaemon],
];

export interface StepReport {
  readonly name: string;
  readonly held: boolean;
  readonly seconds: number;
  /** What did not hold. */
  readonly failed: readonly string[];
  readonly summary: string;
  readonly figures: Figures;
}

type Playing = Pick<Stage, 'cli' | 'show' | 'home' | 'source' | 'transcripts' | 'isStopped'>;

/** Plays one step after the other; the first that throws ends it, since the later ones build on it. */
export async function play(playing: Playing): Promise<readonly StepReport[]> {
  const stage = prepare(playing);
  const reports: StepReport[] = [];
  for (const [n, [name, title, act]] of steps.entries()) {
    if (playing.isStopped()) break;
    playing.show.heading(`${n + 1}  ${title}`);
    const { report, goesOn } = await playStep(stage, { name, act });
    reports.push(report);
    if (!goesOn) break;
  }
  return reports;
}

function prepare(playing: Playing): Omit<Stage, 'expect'> {
  const { cli, home, source, transcripts, isStopped } = playing;
  const repository = join(home.home, source === undefined ? 'entire' : basename(source));
  const client = untilStopped(cli.callAs({ env: home.env, project: repository, agent: undefined }), isStopped);
  const story: Story = {
    ...(source === undefined ? bundledStory : anyStory),
    questions: transcripts === undefined ? bundledStory.questions : [],
  };
  const samples = join(dirname(cli.places.daemon), '..', 'config', 'demo');
  return { ...playing, client, repository, samples, story };
}

interface Step {
  readonly name: string;
  readonly act: (stage: Stage) => Promise<Outcome>;
}

async function playStep(
  stage: Omit<Stage, 'expect'>,
  { name, act }: Step,
): Promise<{ readonly report: StepReport; readonly goesOn: boolean }> {
  const begun = monotonic();
  const failed: string[] = [];
  const expect = (what: string, isSo: boolean) => {
    if (!isSo) failed.push(what);
    if (!stage.isStopped()) stage.show[isSo ? 'held' : 'failed'](what);
  };
  const report = (outcome: Outcome): StepReport => {
    return { name, held: failed.length === 0, seconds: secondsSince(begun), failed, ...outcome };
  };
  try {
    return { report: report(await act({ ...stage, expect })), goesOn: true };
  } catch (error) {
    expect(oneLine(error instanceof Error ? error.message : String(error)), false);
    return { report: report({ summary: '', figures: {} }), goesOn: false };
  }
}

/** Whole tenths of a second since a moment of the monotonic clock. */
export function secondsSince(begun: number): number {
  return Number(((monotonic() - begun) / 1000).toFixed(1));
}
