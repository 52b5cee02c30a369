// What is handed to the feature that erases: of each other feature what belongs to a thing and what is to go with it.
import { countKept, dropKept } from '../features/capture/erasing.ts';
import { documentsOfSession } from '../features/documents/queries.ts';
import { fleetingIn, forgetReads, mayKnow } from '../features/entries/erasing.ts';
import type { EntryNeeds } from '../features/entries/needs.ts';
import { retiredEntries } from '../features/entries/queries.ts';
import type { ErasingNeeds } from '../features/erasing/needs.ts';
import { belongings, newestToErase, sessionToErase } from '../features/sessions/erasing.ts';
import { allDevices } from '../features/sync/keyring/queries.ts';
import { heldThere } from '../features/sync/queries.ts';
import { allRemotes } from '../features/sync/remotes/queries.ts';
import { linkedProjects } from '../features/system/queries.ts';
import type { Pace } from '../store/steps.ts';
import { noteErasing } from './erasing.ts';
import type { Projects } from './projects.ts';

/** Needs of the feature that erases. features: all of them, since each knows its own rows. */
export function erasingNeeds(projects: () => Projects, entries: EntryNeeds, pace: Pace): ErasingNeeds {
  return {
    entries: {
      mayKnow,
      fleetingIn: (context, scope) => fleetingIn(entries, context, scope),
      retired: (read, of) => read.all(retiredEntries, { ...of }),
      forgetReads: (tx, keys) => forgetReads(entries, tx, keys),
    },
    linkedTo: (project_id) =>
      projects()
        .user.read.all(linkedProjects, { project_id })
        .map((row) => row.project_id),
    sessions: {
      ...{ newest: newestToErase, find: sessionToErase },
      belongings: (read, session_id) => {
        const all = belongings(read, session_id);
        const documents = all.sessions.flatMap((each) => read.all(documentsOfSession, each)).map(({ ent }) => ent);
        return { ...all, ents: [...all.ents, ...documents] };
      },
    },
    ...{ countKept, dropKept, pace },
    receipts: {
      devices: (user) => user.all(allDevices, {}),
      remotes: (user) => user.all(allRemotes, {}),
      heldThere: (read, targets, remote_id) => read.all(heldThere, { targets: JSON.stringify(targets), remote_id }),
    },
    device: () => projects().identity.dev,
    begin: (tx, projectId, kind) => noteErasing(kind === 'user' ? tx : projects(), projectId, kind),
  };
}
