import { join } from 'node:path';
import type { Reply } from '../../core/operation.ts';
import { productVersion, protocol } from '../../core/protocol.ts';
import { fileKind } from '../../platform/walk.ts';
import type { Read } from '../../store/record-type.ts';
import { type Context, type Feature, feature } from '../feature.ts';
import { configVerbs } from './config-verbs.ts';
import { contract } from './contract.ts';
import { init, uninstall } from './init.ts';
import { keepingVerbs } from './keeping.ts';
import type { JobSeen, SystemNeeds } from './needs.ts';
import { sharedProjects } from './project-projection.ts';
import { allProjects, listedProjects, type ProjectRow, projectById, rootsOfProject } from './queries.ts';
import { setupVerbs } from './setup.ts';

type Project = Reply<(typeof contract)['project.list']>['items'][number];

/** The installation itself: projects, health, maintenance, jobs. */
export function systemFeature(needs: SystemNeeds): Feature {
  const { daemon, jobs, maintenance } = needs;
  return feature(contract, {
    projections: [sharedProjects],
    migrations: {
      directory: join(import.meta.dirname, 'migrations'),
      files: ['0006-registry.sql', '0035-shared-projects.sql'],
    },
    verbs: {
      ...keepingVerbs(needs),
      ...setupVerbs(needs),
      'system.health': () => ({ ...daemon.health(), version: productVersion, proto: protocol }),
      'system.drain': () => {
        daemon.drain();
        return { draining: true };
      },
      'project.init': init(needs),
      'project.uninstall': uninstall(needs),
      'project.list': (context) => ({
        items: context.read.user.all(listedProjects, {}).map((row) => wireProject(needs, context.read.user, row)),
      }),
      'project.show': (context) => show(needs, context),
      'stats.disk': (context) => {
        const rows = context.read.user.all(allProjects, {});
        const projects = rows.map(({ project_id, name }) => ({ project_id, name, ...maintenance.disk(project_id) }));
        return { projects: projects.sort((a, b) => b.bytes - a.bytes) };
      },
      'store.verify': async (context, input) =>
        maintenance.verify(context.project.id, input.deep ? 'deep' : 'chain', context),
      'store.rebuild': async (context, input) =>
        maintenance.rebuild(context.project.id, input.tables ? new Set(input.tables) : undefined, context),
      ...configVerbs(needs.config),
      'system.doctor': async (context, input) => ({ ...(await needs.examine(input, context)) }),
      'job.show': async (_, input) => wireJob(await jobs.show(input.job_id, input.wait_ms)),
      'job.list': () => ({ items: jobs.list().map(wireJob) }),
      'job.cancel': (_, input) => {
        const { job_id, state } = jobs.cancel(input.job_id);
        return { job_id, state };
      },
    },
  });
}

function show(needs: SystemNeeds, context: Context): Reply<(typeof contract)['project.show']> {
  const { id: project_id, name } = context.project;
  const row = context.read.user.one(projectById, { project_id });
  const unknown = {
    project_id,
    name,
    root_commit: null,
    origin_url: null,
    linked_to: null,
    state: 'active',
    created_at: 0,
  };
  const shown = wireProject(needs, context.read.user, row ?? { ...unknown, last_activity: null });
  return { ...shown, ...needs.maintenance.counts(project_id) };
}

function wireJob(job: JobSeen): Reply<(typeof contract)['job.show']> {
  return { ...job, progress: { ...job.progress }, result: job.result && { ...job.result } };
}

function wireProject(needs: SystemNeeds, read: Read, row: ProjectRow): Project {
  const roots = read.all(rootsOfProject, { project_id: row.project_id }).map(({ root }) => root);
  return {
    ...{ project_id: row.project_id, name: row.name, roots, state: stateOf(row, roots) },
    last_activity: row.last_activity === null ? null : new Date(row.last_activity).toISOString(),
    db_bytes: needs.maintenance.bytes(row.project_id),
  };
}

/** A project is missing when none of its directories is there any more. */
function stateOf({ state }: ProjectRow, roots: readonly string[]): string {
  const isGone = roots.length > 0 && roots.every((root) => fileKind(root) === 'absent');
  return state === 'active' && isGone ? 'missing' : state;
}
