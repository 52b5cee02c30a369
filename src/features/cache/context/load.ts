// Puts a context together: what could stand in it, what the budget lets in, in an order that keeps prefixes whole.
import { sha256Hex } from '../../../core/ids.ts';
import type { Parsed, Reply } from '../../../core/operation.ts';
import type { Context } from '../../feature.ts';
import type { loadingContract } from '../contract-loading.ts';
import { renderVersion } from '../render-version.ts';
import type { Segment } from '../segment.ts';
import { fit, type Shares } from './budget.ts';
import type { Candidate, Candidates } from './candidate.ts';
import { type Documents, type Gathered, topOf } from './documents.ts';
import type { Now } from './dynamic.ts';
import { mapCandidates, systemCandidates, templateCandidates } from './frame.ts';
import type { Gauge } from './gauge.ts';
import type { LoadingNeeds } from './needs.ts';
import type { Templates } from './templates.ts';

type Load = (typeof loadingContract)['cache.load'];

export interface LoadParts {
  readonly needs: LoadingNeeds;
  readonly gauge: Gauge;
  readonly candidates: Candidates;
  readonly documents: Documents;
  readonly templates: Templates;
}

/** What a loaded context is made of, for whoever stores or plans it. */
export interface Loaded {
  readonly segments: readonly Segment[];
  readonly reply: Reply<Load>;
  /** Everything that was looked at: its tokens are counted later. */
  readonly candidates: readonly Candidate[];
}

/** Puts contexts together; what was put together of the same texts before is not put together again. */
export class Loader {
  readonly #parts: LoadParts;
  readonly #last = new Map<string, Arranged>();

  constructor(parts: LoadParts) {
    this.#parts = parts;
  }

  /** A context as it is now. Throws template/not-found, document/not-found, session/not-found, limit/too-large. */
  async load(context: Context, input: Parsed<Load>): Promise<Loaded> {
    const { needs, gauge, documents, templates } = this.#parts;
    const begun = needs.monotonic();
    const template = templates.get(input.template, needs.clock());
    const gathered = await documents.gather(context, input.documents);
    const top = input.map ? topOf(context) : undefined;
    const map =
      top === undefined ? [] : mapCandidates(this.#parts.candidates, await needs.map(context.project.id, top));
    const { project } = context;
    const filling = { name: input.template, template, now: nowOf(needs, context, input) };
    const around = this.#around({ ...filling, values: { project: project.name, agent: input.agent } });
    const room = { budget: input.budget_tokens, shares: needs.shares(project.root) };
    const arranged = this.#arranged(project.id, [...gathered.candidates, ...map, ...around], room);
    const { said, segments, all } = arranged;
    return {
      ...{ segments, candidates: all },
      reply: {
        segments: shown(gauge, arranged, gathered.look.rendered),
        ...{ ...said, template: input.template, budget_tokens: room.budget, render_version: renderVersion },
        left_out: [...said.left_out, ...unshown(gathered)],
        files: { looked_at: filesOf(gathered), changed: [...gathered.look.changed] },
        took_ms: Math.round((needs.monotonic() - begun) * 1000) / 1000,
      },
    };
  }

  #around(filling: Parameters<typeof templateCandidates>[1]): readonly Candidate[] {
    const { candidates } = this.#parts;
    return [...systemCandidates(candidates, filling.values), ...templateCandidates(candidates, filling)];
  }

  #arranged(of: string, all: readonly Candidate[], room: Room): Arranged {
    const before = this.#last.get(of);
    const key = [room.budget, ...Object.values(room.shares)].join(' ');
    if (before?.key === key && isSame(before.all, all)) return before;
    const arranged = { ...arrange(all, room), all, key };
    if (this.#last.size >= keptContexts) this.#last.clear();
    this.#last.set(of, arranged);
    return arranged;
  }

  /** Nothing that was put together stays in memory. */
  clear(): void {
    this.#last.clear();
  }
}

interface Room {
  readonly budget: number;
  readonly shares: Shares;
}

interface Arranged extends ReturnType<typeof arrange> {
  readonly all: readonly Candidate[];
  readonly key: string;
}

const keptContexts = 50;

function isSame(a: readonly Candidate[], b: readonly Candidate[]): boolean {
  return a.length === b.length && a.every((each, i) => each === b[i]);
}

function arrange(all: readonly Candidate[], { budget, shares }: Room) {
  const { taken, left, spent } = fit(all, budget, shares);
  const order = inOrder(all.filter((each) => taken.has(each)));
  const left_out = left.map(({ slot, kind, tokens }) => ({ slot, kind, tokens, why: 'the budget is spent' }));
  const tokens = order.reduce((sum, each) => sum + each.tokens, 0);
  // of the hashes, since the texts may be megabytes
  const hash = sha256Hex(order.map((each) => each.hash).join('\n'));
  return { order, segments: order.map(segmentOf), said: { tokens, hash, left_out, budget: spent } };
}

function shown(gauge: Gauge, { order, segments }: Arranged, rendered: ReadonlySet<string>): Reply<Load>['segments'] {
  return segments.map((segment, i) => {
    const hash = order[i]?.hash ?? '';
    return { ...segment, hash, counted: gauge.isCounted(hash), rendered: rendered.has(hash) };
  });
}

function unshown({ unshown: documents }: Gathered): Reply<Load>['left_out'] {
  return documents.map(({ slot, why }) => ({ slot, kind: 'documentation', tokens: 0, why }));
}

function filesOf({ look }: Gathered): number {
  return look.files.filter((file) => file !== undefined).length;
}

function nowOf({ sources }: LoadingNeeds, context: Context, input: Parsed<Load>): Now {
  const session = sources.session(context, input.session_id);
  return {
    ...{ session, handoff: sources.handoff(context, input.agent), tasks: sources.tasks(context) },
    news: session ? sources.news(context, session.session_id) : [],
    ...{ git: sources.git(context), turns: input.turns },
  };
}

const places = { tools: 0, system: 1, messages: 2 } as const;
const kinds = { system: 0, template: 1, documentation: 2, dynamic: 3 } as const;

/**
 * By place, then what changes least first, then by name: never by score or size, so that a document that grows moves
 * nothing before it. What stands in the messages keeps the order of its template, pieces of one text keep theirs.
 */
export function inOrder(candidates: readonly Candidate[]): readonly Candidate[] {
  const said = candidates.filter(({ place }) => place === 'messages');
  const fixed = candidates.filter(({ place }) => place !== 'messages');
  // sorting is stable, so that pieces stay as they came
  return [...fixed.sort(compared), ...said];
}

function compared(a: Candidate, b: Candidate): number {
  const apart = places[a.place] - places[b.place] || kinds[a.kind] - kinds[b.kind] || a.change - b.change;
  return apart || (a.base < b.base ? -1 : a.base > b.base ? 1 : 0);
}

function segmentOf({ slot, kind, place, role, text, tokens, change }: Candidate): Segment {
  return { slot, kind, place, ...(role === undefined ? {} : { role }), text, tokens, change };
}
