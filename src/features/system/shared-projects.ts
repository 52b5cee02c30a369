// What the devices of a person tell each other about their projects, so that a repository is one project everywhere.
import type { Id } from '../../core/ids.ts';
import type { Read, Write } from '../../store/record-type.ts';
import { projectLink, projectPart, projectPut } from './project-records.ts';
import { linkedPairs, projectsElsewhere, projectsUntold, undecidedTwins } from './queries.ts';
import { register } from './registry.ts';

/** Tells what the others do not know yet of the projects here. Returns how many. actor: whose device this is. */
export function tellProjects(tx: Write, user: string): number {
  const rows = tx.all(projectsUntold, {});
  for (const { project_id, name, root_commit, origin_url } of rows) {
    tx.append(projectPut, {
      ent: project_id as Id, // an id of ours or of a project.json whose form was checked
      fields: {
        name,
        ...(root_commit === null ? {} : { root_commit }),
        ...(origin_url === null ? {} : { origin_url }),
      },
      ...{ actor: { user }, origin: 'human' },
    });
  }
  return rows.length;
}

/** Enters what other devices tell into the registry: a clone of such a repository is that project. Returns how many. */
export function hearProjects(tx: Write): number {
  const rows = tx.all(projectsElsewhere, {});
  for (const { project_id, name, root_commit, origin_url } of rows) {
    const known = { root_commit: root_commit ?? undefined, origin_url: origin_url ?? undefined };
    register(tx, { project_id, name, ...known });
  }
  return rows.length;
}

/** Says that two projects are one, or two again. */
export function tellLink(
  tx: Write,
  { from, into, user }: { readonly from: string; readonly into: string; readonly user: string },
  isLinked: boolean,
): void {
  const said = { ent: from as Id, fields: { from, into }, actor: { user }, origin: 'human' } as const; // as above
  tx.append(isLinked ? projectLink : projectPart, said);
}

/** What to say of projects that may be one: each with a directory here, and what to type if it is the same. */
export function twinNotes(read: Read): string[] {
  return read
    .all(undecidedTwins, {})
    .filter(({ project_id, twin }) => !aliasesOf(read, project_id).includes(twin))
    .map(({ name, twin_name, twin }) => {
      return `${name}: another device has a project of the same history (${twin_name}); if it is this one, in its directory here: prsist project link ${twin}`;
    });
}

/** All other ids that a project has had on any device. */
export function aliasesOf(read: Read, project_id: string): string[] {
  const pairs = read.all(linkedPairs, {});
  const found = new Set([project_id]);
  // a set that is walked while it grows: what is linked to what was found is found as well
  for (const id of found) {
    for (const { one, other } of pairs) {
      if (one === id) found.add(other);
      if (other === id) found.add(one);
    }
  }
  found.delete(project_id);
  return [...found].sort();
}
