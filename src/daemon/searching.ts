// Searches of the daemon: which files they read, and in which projects the caller may look.
import type { Config } from '../config/schema.ts';
import { PrsistError } from '../core/errors.ts';
import { limits } from '../core/limits.ts';
import type { Context } from '../features/feature.ts';
import type { Aside } from '../features/search/feature.ts';
import { type Meant, noMeaning } from '../features/search/meant.ts';
import { reordered, reorderedMost, type Scores } from '../features/search/reorder.ts';
import { allProjects } from '../features/system/queries.ts';
import { exists } from '../platform/walk.ts';
import { schemaOf } from '../store/reader.ts';
import type { Read } from '../store/record-type.ts';
import type { Projects } from './projects.ts';
import { requireProject } from './rights.ts';
import type { SearchAside } from './search-aside.ts';
import type { OtherFile, SearchRequest } from './search-verbs.ts';

export interface SearchingParts {
  readonly thread: SearchAside;
  readonly projects: () => Projects;
  /** Settings that hold at the root of a project. */
  readonly config: (root: string | undefined) => Config;
  /** The question as vectors, for the databases that are open. Never throws, and takes no longer than its deadline. */
  readonly meant: (question: string, reads: readonly Read[]) => Promise<Meant>;
  /** How well texts answer a question by the reranker that is set. */
  readonly scores: Scores;
}

/** Where searches are answered: in their own thread, from the files. */
export function searching({ thread, projects, config, meant, scores }: SearchingParts): Aside {
  const about = ({
    caller,
    project,
    now,
    read,
  }: Context): Omit<SearchRequest, 'operation' | 'input' | 'meant' | 'least'> => ({
    context: { caller, project, now },
    config: config(project.root),
    files: {
      user: projects().user.settings.file,
      // outside of any project the user database stands for it
      project: read.project === read.user ? undefined : projects().file(project.id),
    },
    ...{ others: [], left_out: [] },
  });
  return {
    query: async (context, input) => {
      const also = input.projects === undefined ? {} : othersOf(projects(), context, input.projects);
      const request = { operation: 'search.query', input, ...about(context), ...also } as const;
      // words that are wanted just as they are typed are not wanted by what they mean
      const vectors = input.exact
        ? noMeaning
        : await meant(input.query, openReads(projects(), context, request.others));
      const reorders = input.budget_tokens !== undefined && request.config.recall.reranker !== 'none';
      const least = reorders ? reorderedMost : 0;
      // as search-verbs.ts answers it
      const reply = (await thread.ask({ ...request, meant: vectors, least })) as Awaited<ReturnType<Aside['query']>>;
      return reorders ? reordered(reply, input, scores) : reply;
    },
    entries: async (context, input) => {
      const request = { operation: 'context.search', input, ...about(context) } as const;
      const reply = await thread.ask({
        ...request,
        meant: await meant(input.query, openReads(projects(), context, [])),
        least: 0,
      });
      return reply as Awaited<ReturnType<Aside['entries']>>; // as above
    },
  };
}

/** What is open already: a database is not opened for knowing its model, which is nearly always that of the others. */
function openReads(projects: Projects, { read }: Context, others: readonly OtherFile[]): readonly Read[] {
  return [...new Set([read.project, read.user, ...others.flatMap(({ id }) => projects.opened(id)?.read ?? [])])];
}

/** The files of other projects. A name that is none is an error; one that cannot be read is named in the answer. */
function othersOf(projects: Projects, { caller, project }: Context, asked: readonly string[]) {
  const all = asked.includes('*');
  const refs = all
    ? projects.user.read
        .all(allProjects, {})
        .slice(0, limits.searchProjects)
        .map(({ project_id: id, name }) => ({ id, name }))
    : asked.map((name) => projects.resolve(name));
  const others = refs.filter(({ id }) => id !== project.id);
  for (const { id, name } of others) requireProject(caller, { id, name });
  const left_out: string[] = [];
  const files = others.flatMap(({ id, name }): OtherFile[] => {
    if (isUpToDate(projects, id)) return [{ id, name, file: projects.file(id) }];
    left_out.push(name);
    return [];
  });
  return { others: files, left_out };
}

/** A database that an older program wrote gets the newest tables when it is opened. */
function isUpToDate(projects: Projects, id: string): boolean {
  const file = projects.file(id);
  if (!exists(file)) return false;
  if (schemaOf(file) === projects.schema) return true;
  try {
    projects.store(id);
    return true;
  } catch (error) {
    if (error instanceof PrsistError) return false;
    throw error;
  }
}
