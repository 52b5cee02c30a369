// Puts a context together: what could stand in it, what the budget lets in, in an order that keeps prefixes whole.
import type { Parsed, Reply } from '../../../core/operation.ts';
import type { Context } from '../../feature.ts';
import type { loadingContract } from '../contract-loading.ts';
import { renderVersion } from '../render-version.ts';
import type { Segment } from '../segment.ts';
import { Arranging } from './arranging.ts';
import type { Candidate, Candidates } from './candidate.ts';
import { Chaining } from './chained.ts';
import { type Documents, type Gathered, topOf } from './documents.ts';
import type { Now } from './dynamic.ts';
import { Framing, mapCandidates } from './frame.ts';
import type { Gauge } from './gauge.ts';
import type { LoadingNeeds } from './needs.ts';
import { Showing } from './showing.ts';
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
  readonly #framing: Framing;
  readonly #arranging = new Arranging();
  readonly #shown = new Showing();
  readonly #chaining: Chaining;

  constructor(parts: LoadParts) {
    this.#parts = parts;
    this.#framing = new Framing(parts.candidates);
    this.#chaining = new Chaining(parts.needs);
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
    const around = this.#framing.around({ ...filling, values: { project: project.name, agent: input.agent } });
    const room = { budget: input.budget_tokens, shares: needs.shares(project.root) };
    const arranged = this.#arranging.arranged(project.id, [...gathered.candidates, ...map, ...around], room);
    const { said, segments, all } = arranged;
    return {
      ...{ segments, candidates: all },
      reply: {
        segments: this.#shown.of(arranged, { gauge, rendered: gathered.look.rendered }),
        hit: this.#chaining.hit(context, input.template, arranged),
        ...{ ...said, template: input.template, budget_tokens: room.budget, render_version: renderVersion },
        left_out: [...said.left_out, ...unshown(gathered)],
        files: { looked_at: filesOf(gathered), changed: [...gathered.look.changed] },
        took_ms: Math.round((needs.monotonic() - begun) * 1000) / 1000,
      },
    };
  }

  /** Nothing that was put together stays in memory. */
  clear(): void {
    this.#arranging.clear();
    this.#shown.clear();
    this.#chaining.clear();
  }
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
