// The tree of a Claude Code conversation: every line with a uuid is a link, and only the typed prompts are its nodes.
import { createHash } from 'node:crypto';
import type { JsonObject } from './json-reading.ts';
import { asText } from './json-reading.ts';

export type Links = {
  /** Ten hex digits of a line's uuid → the prompt it descends from, as an index into `prompts`; -1 before the first. */
  index: { [uuid: string]: number };
  /** How many stand there. When it is full it becomes `older`, and what that held is forgotten. */
  count: number;
  older: { [uuid: string]: number };
  /** [uuid, index of the prompt before it], in the order they were typed. */
  prompts: [string, number][];
  /** The prompt the last conversation line descends from; -1 before the first. */
  tip: number;
};

/** The state is stored again and again while a file grows: so many to twice as many of the last lines stay known. */
const mostLinks = 10_000;

const uuidHead = /^[0-9a-f]{8}-[0-9a-f]{2}/;

/**
 * The prompt a record descends from, as an index.
 * A parent that is not in the file or lies far back, and a missing one, stand for the conversation line before: compaction
 * loses parents.
 */
export function promptBefore(links: Links, record: JsonObject): number {
  const parent = asText(record.parentUuid) ?? asText(record.logicalParentUuid);
  return parent === undefined ? links.tip : (linkOf(links, shortUuid(parent)) ?? links.tip);
}

export function isLinked(links: Links, uuid: string): boolean {
  return linkOf(links, shortUuid(uuid)) !== undefined;
}

function linkOf(links: Links, short: string): number | undefined {
  return links.index[short] ?? links.older[short];
}

export function addLink(links: Links, uuid: string, prompt: number): void {
  if (links.count >= mostLinks) {
    links.older = links.index;
    links.index = {};
    links.count = 0;
  }
  links.index[shortUuid(uuid)] = prompt;
  links.count += 1;
}

/**
 * Adds a typed prompt and returns the uuids of the prompts that it rewound, the newest first.
 * before: the prompt it descends from. What lies between the last prompt and the last ancestor both have in common is
 * off the way back. uuid must not be linked yet.
 */
export function addPrompt(links: Links, uuid: string, before: number): readonly string[] {
  const rewound: string[] = [];
  let live = links.prompts.length - 1;
  let ancestor = before;
  // a prompt's index is greater than that of the prompt before it, so the greater one steps back
  while (live !== ancestor) {
    if (live < ancestor) {
      ancestor = links.prompts[ancestor]?.[1] ?? -1;
      continue;
    }
    const prompt = links.prompts[live];
    if (prompt !== undefined) rewound.push(prompt[0]);
    live = prompt?.[1] ?? -1;
  }
  links.tip = links.prompts.push([uuid, before]) - 1;
  addLink(links, uuid, links.tip);
  return rewound;
}

/** The key of a prompt's message; undefined before the first prompt. */
export function promptKey(links: Links, prompt: number): readonly string[] | undefined {
  const uuid = links.prompts[prompt]?.[0];
  return uuid === undefined ? undefined : [uuid];
}

/** Hex digits only, so that no uuid can name a member objects have anyway. */
function shortUuid(uuid: string): string {
  if (uuidHead.test(uuid)) return uuid.slice(0, 8) + uuid.slice(9, 11);
  return createHash('sha256').update(uuid).digest('hex').slice(0, 10);
}
