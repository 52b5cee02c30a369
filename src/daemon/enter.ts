import type { ProjectRef } from '../features/feature.ts';
import type { Entering } from '../features/system/needs.ts';
import { register } from '../features/system/registry.ts';
import { madeOnce } from '../platform/host.ts';
import type { Paths } from '../platform/paths.ts';
import type { Briefs } from './briefs.ts';
import type { Projects } from './projects.ts';
import { releaseWaiting } from './unlisted.ts';

export interface EnteringParts {
  readonly paths: Paths;
  readonly projects: Projects;
  readonly briefs: Briefs;
}

/** Enters a project, makes its database and its briefs, and takes what waited for an answer about it. */
export function enterProject({ paths, projects, briefs }: EnteringParts, entering: Entering): ProjectRef {
  madeOnce(paths.briefKey, 8);
  projects.user.maintain((tx) => register(tx, entering));
  const project = projects.ref(entering.project_id, entering.name);
  projects.store(project.id);
  briefs.wake(project.id);
  releaseWaiting(paths.spool, entering.root);
  return project;
}
