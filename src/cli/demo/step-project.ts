import { basename, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { copyTree, makeDirectory } from '../../platform/temporary.ts';
import { exists } from '../../platform/walk.ts';
import { git, type Outcome, prsist, type Stage } from './stage.ts';

/** A repository, and `prsist init` in it. */
export async function makeProject(stage: Stage): Promise<Outcome> {
  const { home, show, repository, source } = stage;
  const what = source === undefined ? 'A small git repository' : `A clone of ${basename(source)}`;
  show.say(`${what}, in a home of its own: ${home.root}`);
  await (source === undefined ? newRepository(stage, repository) : cloneOf(stage, source));
  const ran = await prsist(stage, ['init', '--no-import']);
  const touched = ran.stdout.split('\n').filter((line) => /^(create|change) /.test(line));
  show.output(touched.join('\n'), { fold: 'cut' });
  const installed = ['.claude/settings.json', '.codex/hooks.json'].map((name) => join(home.home, name)).every(exists);
  stage.expect(`${touched.length} files touched, each listed above`, ran.status === 0 && touched.length > 0);
  stage.expect('the hooks of Claude Code and Codex are installed', installed);
  await git(stage, repository, ['add', '-A']);
  await git(stage, repository, ['commit', '-qm', 'Remember with prsist']);
  const ms = Math.round(ran.ms);
  return { summary: `${touched.length} files touched in ${ms} ms`, figures: { files_touched: touched.length, ms } };
}

/** A repository made of the bundled one. */
export async function newRepository(stage: Stage, path: string): Promise<void> {
  makeDirectory(path);
  copyTree(join(stage.samples, 'repository'), path);
  await git(stage, path, ['init', '-q', '-b', 'main']);
  await git(stage, path, ['add', '-A']);
  await git(stage, path, ['commit', '-qm', 'Bound how long a command waits for its telemetry']);
}

/**
 * Clones the newest commits. Through git's own transport, so that nothing is written in the source: a plain local clone
 * links its files.
 */
async function cloneOf(stage: Stage, source: string): Promise<void> {
  const top = (await git(stage, source, ['rev-parse', '--show-toplevel'])).trim();
  const args = ['clone', '-q', '--depth', '200', pathToFileURL(top).href, stage.repository];
  await git(stage, stage.home.home, args);
}
