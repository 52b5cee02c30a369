// Projects as all devices of a person know them. The registry beside it (queries.ts) is of this device alone.
import { on, projection, query } from '../../store/record-type.ts';
import { type ProjectLink, projectLink, projectPart, projectPut } from './project-records.ts';

type Named = {
  readonly project_id: string;
  readonly name: string;
  readonly root_commit: string | null;
  readonly origin_url: string | null;
  readonly hlc: string;
};

const put = query<Named, unknown>(
  `insert into shared_projects (project_id, name, root_commit, origin_url, hlc)
   values (:project_id, :name, :root_commit, :origin_url, :hlc)
   on conflict (project_id) do update set name = excluded.name, root_commit = excluded.root_commit,
     origin_url = excluded.origin_url, hlc = excluded.hlc
   where (excluded.hlc, excluded.name, ifnull(excluded.origin_url, ''), ifnull(excluded.root_commit, ''))
     > (hlc, name, ifnull(origin_url, ''), ifnull(root_commit, ''))`,
);

const tie = query<{ one: string; other: string; linked: number; hlc: string }, unknown>(
  `insert into shared_links (one, other, linked, hlc) values (:one, :other, :linked, :hlc)
   on conflict (one, other) do update set linked = excluded.linked, hlc = excluded.hlc
   where (excluded.hlc, excluded.linked) > (hlc, linked)`,
);

/** The newest word of each project and of each pair counts, in whatever order they come. */
export const sharedProjects = projection({
  name: 'shared-projects',
  version: 1,
  in: 'user',
  tables: { shared_projects: { entity: 'project_id' }, shared_links: { entity: null } },
  handlers: [
    on(projectPut, (tx, { ent, hlc, fields }) => {
      const { name, root_commit = null, origin_url = null } = fields;
      tx.run(put, { project_id: ent, name, root_commit, origin_url, hlc });
    }),
    on(projectLink, (tx, { hlc, fields }) => void tx.run(tie, { ...pair(fields), linked: 1, hlc })),
    on(projectPart, (tx, { hlc, fields }) => void tx.run(tie, { ...pair(fields), linked: 0, hlc })),
  ],
});

/** Which of the two gave its id away is of this device alone. */
function pair({ from, into }: ProjectLink): { readonly one: string; readonly other: string } {
  return from < into ? { one: from, other: into } : { one: into, other: from };
}
