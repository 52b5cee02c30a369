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
/** Workspace and device of the log that is written here. */
export const ownLogOf = query<Params, { ws: string; dev: string }>(
  'select ws, dev from logs where own = 1 order by log_n desc limit 1',
);
export const firstAuthor = query<Params, { user: string }>(
  "select body ->> '$.actor.user' as user from records where body is not null order by n limit 1",
);
export const addSelf = query<{ user_id: string; name: string }, unknown>(
  'insert into users (user_id, name, self) values (:user_id, :name, 1)',
);

/** Whoever this was is the person of that id. */
export const adoptedSelf = query<{ user_id: string }, unknown>(
  'update users set self = 0, adopted_by = :user_id where self = 1 and user_id <> :user_id',
);
export const becomeSelf = query<{ user_id: string; name: string }, unknown>(
  `insert into users (user_id, name, self) values (:user_id, :name, 1)
   on conflict (user_id) do update set name = excluded.name, self = 1, adopted_by = null`,
);
export const dropAllMirrored = query<Params, unknown>('delete from mirror_records');

/** The person goes by another name now. */
export const renameSelf = query<{ name: string }, unknown>('update users set name = :name where self = 1');

export interface ProjectRow {
  readonly project_id: string;
  readonly name: string;
  readonly root_commit: string | null;
  readonly origin_url: string | null;
  /** The project that has its records now. */
  readonly linked_to: string | null;
  readonly state: string;
  readonly created_at: number;
  readonly last_activity: number | null;
}
const projectColumns = 'project_id, name, root_commit, origin_url, linked_to, state, created_at, last_activity';

export const projectById = query<{ project_id: string }, ProjectRow>(
  `select ${projectColumns} from projects where project_id = :project_id`,
);
export const projectByName = query<{ name: string }, ProjectRow>(
  `select ${projectColumns} from projects where name = :name and state <> 'linked'
   order by created_at limit 2`,
);
export const projectsByPrefix = query<{ prefix: string; end: string }, ProjectRow>(
  `select ${projectColumns} from projects where project_id >= :prefix and project_id < :end limit 2`,
);
export const projectByIdentity = query<{ root_commit: string; origin_url: string }, ProjectRow>(
  `select ${projectColumns} from projects where root_commit = :root_commit and origin_url = :origin_url
   order by state in ('removed', 'linked'), created_at limit 1`,
);
/** Projects with the same beginning of history: perhaps the same one. */
export const projectTwins = query<{ root_commit: string; project_id: string }, ProjectRow>(
  `select ${projectColumns} from projects
   where root_commit = :root_commit and project_id <> :project_id and state = 'active' order by created_at limit 5`,
);
export const allProjects = query<Params, ProjectRow>(
  `select ${projectColumns} from projects where state = 'active' order by last_activity desc, name`,
);
/** With those that were removed or linked, at the end. */
export const listedProjects = query<Params, ProjectRow>(
  `select ${projectColumns} from projects order by state in ('removed', 'linked'), last_activity desc, name`,
);
export const saveProject = query<Params, unknown>(
  `insert into projects (project_id, name, root_commit, origin_url, created_at, last_activity)
   values (:project_id, :name, :root_commit, :origin_url, :now, :now)
   on conflict (project_id) do update set name = excluded.name, state = 'active', linked_to = null,
     root_commit = ifnull(excluded.root_commit, root_commit), origin_url = ifnull(excluded.origin_url, origin_url)`,
);
export const touchProject = query<{ project_id: string; now: number }, unknown>(
  'update projects set last_activity = :now where project_id = :project_id',
);

export const renameProject = query<{ project_id: string; name: string }, unknown>(
  'update projects set name = :name where project_id = :project_id',
);
export const setState = query<{ project_id: string; state: string }, unknown>(
  'update projects set state = :state where project_id = :project_id',
);
export const linkProject = query<{ project_id: string; to: string }, unknown>(
  "update projects set state = 'linked', linked_to = :to where project_id = :project_id",
);
export const linkedProjects = query<{ project_id: string }, ProjectRow>(
  `select ${projectColumns} from projects where linked_to = :project_id`,
);
export const unlinkProject = query<{ project_id: string }, unknown>(
  "update projects set state = 'active', linked_to = null where project_id = :project_id",
);
/** What was linked to a project that is linked itself now follows it. */
export const relinkProjects = query<{ from: string; to: string }, unknown>(
  'update projects set linked_to = :to where linked_to = :from',
);
export const moveRoots = query<{ from: string; to: string }, unknown>(
  "update project_roots set project_id = :to, kind = 'clone' where project_id = :from",
);

/** Projects with a directory here of which the other devices know nothing, or not which repository it is. */
export const projectsUntold = query<Params, ProjectRow>(
  `select ${projectColumns} from projects p where state = 'active'
     and exists (select 1 from project_roots r where r.project_id = p.project_id)
     and not exists (select 1 from shared_projects s where s.project_id = p.project_id
       and (s.root_commit is not null or p.root_commit is null) and (s.origin_url is not null or p.origin_url is null))`,
);
/** Projects of other devices that are not in the registry. */
export const projectsElsewhere = query<Params, Pick<ProjectRow, 'project_id' | 'name' | 'root_commit' | 'origin_url'>>(
  `select project_id, name, root_commit, origin_url from shared_projects s
   where not exists (select 1 from projects p where p.project_id = s.project_id)`,
);
/** Projects with a directory here and others of the same first commit, as long as nobody said whether they are one. */
export const undecidedTwins = query<Params, { project_id: string; name: string; twin: string; twin_name: string }>(
  `select p.project_id, p.name, t.project_id as twin, t.name as twin_name
   from projects p join projects t on t.root_commit = p.root_commit and t.project_id <> p.project_id
   where p.state = 'active' and t.state = 'active'
     and exists (select 1 from project_roots r where r.project_id = p.project_id)
     and not exists (select 1 from project_roots r where r.project_id = t.project_id)
     and not exists (select 1 from shared_links l
       where l.one = min(p.project_id, t.project_id) and l.other = max(p.project_id, t.project_id))
   order by p.name, t.created_at`,
);
export const linkedPairs = query<Params, { one: string; other: string }>(
  'select one, other from shared_links where linked = 1',
);

export interface RootRow {
  readonly root: string;
  readonly project_id: string;
  readonly kind: string;
}
export const rootOf = query<{ root: string }, RootRow>(
  `select root, project_id, kind from project_roots join projects using (project_id)
   where root = :root and state <> 'removed'`,
);
export const rootsOfProject = query<{ project_id: string }, RootRow>(
  `select root, project_id, kind from project_roots where project_id = :project_id
   order by kind <> 'main', last_seen desc`,
);
export const allRoots = query<Params, { root: string }>(
  `select root from project_roots join projects using (project_id) where state <> 'removed' order by root`,
);
export const dropRoot = query<{ root: string }, unknown>('delete from project_roots where root = :root');
export const saveRoot = query<Params, unknown>(
  `insert into project_roots (root, project_id, kind, last_seen) values (:root, :project_id, :kind, :now)
   on conflict (root) do update set project_id = excluded.project_id, kind = excluded.kind, last_seen = excluded.last_seen`,
);
