// The registry: this person, the projects, and the directories that are theirs.
import { type Params, query } from '../../store/record-type.ts';

export const metaValue = query<{ key: string }, { value: string }>('select value from meta where key = :key');
export const setMeta = query<{ key: string; value: string }, unknown>(
  'insert into meta (key, value) values (:key, :value) on conflict (key) do update set value = excluded.value',
);
export const self = query<Params, { user_id: string; name: string }>(
  'select user_id, name from users where self = 1 limit 1',
);
/** Who wrote the first record of the log: this installation's person. */
export const firstAuthor = query<Params, { user: string }>(
  "select body ->> '$.actor.user' as user from records where body is not null order by n limit 1",
);
export const addSelf = query<{ user_id: string; name: string }, unknown>(
  'insert into users (user_id, name, self) values (:user_id, :name, 1)',
);

/** The person goes by another name now. */
export const renameSelf = query<{ name: string }, unknown>('update users set name = :name where self = 1');

export interface ProjectRow {
  readonly project_id: string;
  readonly name: string;
  readonly root_commit: string | null;
  readonly origin_url: string | null;
  readonly state: string;
  readonly created_at: number;
  readonly last_activity: number | null;
}
const projectColumns = 'project_id, name, root_commit, origin_url, state, created_at, last_activity';

export const projectById = query<{ project_id: string }, ProjectRow>(
  `select ${projectColumns} from projects where project_id = :project_id`,
);
export const projectByName = query<{ name: string }, ProjectRow>(
  `select ${projectColumns} from projects where name = :name order by created_at limit 2`,
);
export const projectsByPrefix = query<{ prefix: string; end: string }, ProjectRow>(
  `select ${projectColumns} from projects where project_id >= :prefix and project_id < :end limit 2`,
);
export const projectByIdentity = query<{ root_commit: string; origin_url: string }, ProjectRow>(
  `select ${projectColumns} from projects where root_commit = :root_commit and origin_url = :origin_url limit 1`,
);
export const allProjects = query<Params, ProjectRow>(
  `select ${projectColumns} from projects where state = 'active' order by last_activity desc, name`,
);
export const saveProject = query<Params, unknown>(
  `insert into projects (project_id, name, root_commit, origin_url, created_at, last_activity)
   values (:project_id, :name, :root_commit, :origin_url, :now, :now)
   on conflict (project_id) do update set name = excluded.name, state = 'active',
     root_commit = ifnull(excluded.root_commit, root_commit), origin_url = ifnull(excluded.origin_url, origin_url)`,
);
export const touchProject = query<{ project_id: string; now: number }, unknown>(
  'update projects set last_activity = :now where project_id = :project_id',
);

export interface RootRow {
  readonly root: string;
  readonly project_id: string;
  readonly kind: string;
}
export const rootOf = query<{ root: string }, RootRow>(
  'select root, project_id, kind from project_roots where root = :root',
);
export const rootsOfProject = query<{ project_id: string }, RootRow>(
  `select root, project_id, kind from project_roots where project_id = :project_id
   order by kind <> 'main', last_seen desc`,
);
export const allRoots = query<Params, { root: string }>('select root from project_roots order by root');
export const dropRoot = query<{ root: string }, unknown>('delete from project_roots where root = :root');
export const saveRoot = query<Params, unknown>(
  `insert into project_roots (root, project_id, kind, last_seen) values (:root, :project_id, :kind, :now)
   on conflict (root) do update set project_id = excluded.project_id, kind = excluded.kind, last_seen = excluded.last_seen`,
);
