import type { Client } from '../../client/call.ts';
import { oneLine } from '../text.ts';
import { agentNames, type Kind } from './table.ts';

/** A word to choose, with what it stands for. */
export type Choice = readonly [word: string, meaning: string];

const most = 200;
/** Whatever a shell would make something of is not offered: it can be typed. */
const plain = /^[\p{L}\p{N}_.:@%+,/=-]+$/u;

const asked: { readonly [K in Kind]: (client: Client) => Promise<Choice[]> } = {
  agents: async () => agentNames.map((name) => [name, '']),
  sessions: async (client) => {
    const { items } = await client.call('session.list', { limit: most });
    return items.map(({ session_id, title }) => [session_id, title ?? '']);
  },
  remotes: async (client) => (await client.call('remote.list', {})).items.map(({ name, kind }) => [name, kind]),
  keys: async (client) => {
    const { items } = await client.call('context.list', { limit: most });
    return items.map(({ key, scope }) => [key, scope]);
  },
  projects: async (client) =>
    (await client.call('project.list', {})).items.map(({ name, roots }) => [name, roots[0] ?? '']),
  devices: async (client) =>
    (await client.call('device.list', {})).items.map(({ name, device_id }) => [name || device_id, '']),
  handoffs: async (client) => {
    const { items } = await client.call('session.handoffs', {});
    return items.map(({ handoff_id, from_agent, to_agent }) => [handoff_id, `${from_agent} to ${to_agent}`]);
  },
  tasks: async (client) => {
    const { items } = await client.call('task.list', { limit: most });
    return items.map(({ task_id, description }) => [task_id, description]);
  },
  conflicts: async (client) => {
    const { items } = await client.call('conflict.list', { limit: most });
    return items.map(({ conflict_id, field }) => [conflict_id, field]);
  },
  settings: async (client) => (await client.call('config.explain', {})).items.map(({ key, meaning }) => [key, meaning]),
  documents: async (client) => {
    const { items } = await client.call('document.list', { limit: most });
    return items.map(({ uri, title }) => [uri, title ?? '']);
  },
};

/** What may be chosen of a kind, without what a shell would take for more than a word. */
export async function choices(client: Client, kind: Kind): Promise<readonly Choice[]> {
  const found = await asked[kind](client);
  return found
    .filter(([word]) => plain.test(word))
    .slice(0, most)
    .map(([word, meaning]) => [word, oneLine(meaning).slice(0, 60)]);
}
