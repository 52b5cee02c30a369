import { recordType } from '../../store/record-type.ts';

/** What a project is called and how its repository is known; of the user database, under the id of the project. */
export type ProjectPut = { readonly name: string; readonly root_commit?: string; readonly origin_url?: string };

/** Two ids are one project from now on, or two again. */
export type ProjectLink = { readonly from: string; readonly into: string };

export const projectPut = recordType<ProjectPut>('project.put', 'grow');
export const projectLink = recordType<ProjectLink>('project.link', 'grow');
export const projectPart = recordType<ProjectLink>('project.part', 'grow');
