// Recorded sessions of one agent, whose times of beginning are not published, laid out over each other by a seeded Poisson
// process. Their blocks of 64 tokens have numbers of their own in each session; eight make one block here, whose number
// depends on all before it. Tools and system are shared by sessions of the same model and sizes.
import type { Layout, Request } from './trace.ts';

const group = 8;
const tokensOfGroup = 512;

interface RequestLine {
  readonly t: number;
  readonly model: string;
  readonly rle?: readonly number[];
  readonly requests?: readonly RequestLine[];
  readonly tool_tokens?: number;
  readonly system_tokens?: number;
}

export interface SessionLine {
  readonly tool_tokens: number;
  readonly system_tokens: number;
  readonly requests: readonly RequestLine[];
}

interface Flat {
  readonly at: number;
  readonly model: string;
  readonly rle: readonly number[];
  /** Blocks of tools and system, and who shares them. */
  readonly common: number;
  readonly head: string;
}

/** All requests of all sessions in the order of time. */
export function layOut(sessions: readonly SessionLine[], { open, seed, take }: Layout): readonly Request[] {
  const random = seeded(seed);
  const flat = shuffled(sessions, random).slice(0, take).map(flatten);
  const lengths = flat.reduce((sum, requests) => sum + (requests.at(-1)?.at ?? 0), 0);
  const gap = lengths / flat.length / open;
  const numbers = new Numbers();
  const out: Request[] = [];
  let begin = 0;
  for (const session of flat) {
    const own = new Map<string, number>();
    for (const request of session) {
      const blocks = numbers.of(request, own);
      if (blocks.length > 0) out.push({ at: begin + request.at, blocks });
    }
    begin += -Math.log(1 - random()) * gap;
  }
  return out.sort((a, b) => a.at - b.at);
}

/** Requests of sub-agents become requests of the session, with their own size of tools and system. */
function flatten(session: SessionLine): readonly Flat[] {
  const out: Flat[] = [];
  const walk = (lines: readonly RequestLine[], tools: number, system: number) => {
    for (const { t, model, rle, requests, tool_tokens, system_tokens } of lines) {
      if (requests) walk(requests, tool_tokens ?? tools, system_tokens ?? system);
      else if (rle) {
        const common = Math.floor((tools + system) / tokensOfGroup);
        out.push({ at: t, model, rle, common, head: `${model}|${tools}|${system}` });
      }
    }
  };
  walk(session.requests, session.tool_tokens, session.system_tokens);
  return out.sort((a, b) => a.at - b.at);
}

/** Numbers for blocks by what they are and all that stands before them. */
class Numbers {
  readonly #common = new Map<string, number>();
  #next = 0;

  of({ model, rle, common, head }: Flat, own: Map<string, number>): readonly number[] {
    const ids = expanded(rle);
    const blocks: number[] = [];
    let before: number | string = model;
    for (let g = 0; g < Math.floor(ids.length / group); g++) {
      const isCommon = g < common;
      const key = isCommon ? `${head}#${g}` : `${before}:${ids[g * group]}-${ids[g * group + group - 1]}`;
      before = this.#number(isCommon ? this.#common : own, key);
      blocks.push(before);
    }
    return blocks;
  }

  #number(numbers: Map<string, number>, key: string): number {
    const known = numbers.get(key);
    if (known !== undefined) return known;
    numbers.set(key, this.#next);
    this.#next += 1;
    return this.#next - 1;
  }
}

function expanded(rle: readonly number[]): readonly number[] {
  const ids: number[] = [];
  for (let i = 0; i < rle.length; i += 2) for (let k = 0; k < (rle[i + 1] ?? 0); k++) ids.push((rle[i] ?? 0) + k);
  return ids;
}

function shuffled<T>(items: readonly T[], random: () => number): T[] {
  const list = [...items];
  for (let i = list.length - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1));
    const [a, b] = [list[i], list[j]];
    if (a === undefined || b === undefined) continue;
    [list[i], list[j]] = [b, a];
  }
  return list;
}

/** Mulberry32: small, and the same everywhere. */
export function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b_79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}
