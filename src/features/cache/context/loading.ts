// The loading of context as the daemon holds it: what is at hand, its verbs, and what is loaded ahead.
import type { Parsed, Reply } from '../../../core/operation.ts';
import type { Context, Verb } from '../../feature.ts';
import type { loadingContract } from '../contract-loading.ts';
import type { Segment } from '../segment.ts';
import { Candidates } from './candidate.ts';
import { Documents } from './documents.ts';
import { Gauge } from './gauge.ts';
import { type Loaded, Loader } from './load.ts';
import { Manifest } from './manifest.ts';
import type { LoadingNeeds } from './needs.ts';
import { Preload, type PreloadState, type Trigger } from './preload.ts';
import { changingPlaceholders, stablePlaceholders } from './template.ts';
import { listTemplates, Templates, templateFile } from './templates.ts';

type Contract = typeof loadingContract;

/** A project as it is looked at without anybody asking. */
export interface Ahead {
  readonly root?: string;
}

/** Under this name what was learned is kept in the person's database. */
export const preloadKey = 'cache.preload';

/** Context of all projects: one for a daemon. */
export class ContextLoading {
  readonly #needs: LoadingNeeds;
  readonly #manifest: Manifest;
  readonly #gauge: Gauge;
  readonly #candidates: Candidates;
  readonly #documents: Documents;
  readonly #loader: Loader;
  readonly #preload: Preload;
  readonly #projectOf: (id: string) => Ahead;

  constructor(needs: LoadingNeeds, projectOf: (id: string) => Ahead) {
    this.#needs = needs;
    this.#projectOf = projectOf;
    this.#manifest = new Manifest(needs);
    this.#gauge = new Gauge(needs.count);
    this.#candidates = new Candidates(this.#gauge);
    const parts = { needs, manifest: this.#manifest, gauge: this.#gauge, candidates: this.#candidates };
    this.#documents = new Documents(parts);
    this.#loader = new Loader({ ...parts, documents: this.#documents, templates: new Templates(needs.templates) });
    this.#preload = new Preload({
      ...{ clock: needs.clock, onFault: needs.onFault },
      warm: (id) => this.#warmFiles(id),
      read: () => needs.noted(preloadKey),
      write: (value) => needs.note(preloadKey, value),
    });
  }

  /** What is answered to requests. */
  get verbs(): { readonly [N in keyof Contract]: Verb<Contract[N]> } {
    return {
      'cache.load': async (context, input) => (await this.load(context, input)).reply,
      'cache.warm': (context, input) => this.#warm(context, input),
      'cache.templates': (_context, { name }) => this.#templates(name),
    };
  }

  /** A context with its segments; what has only been estimated is counted behind the answer. */
  async load(context: Context, input: Parsed<Contract['cache.load']>): Promise<Loaded> {
    const loaded = await this.#loader.load(context, input);
    this.#preload.asked(context.project.id);
    this.#gauge.countLater(loaded.candidates);
    return loaded;
  }

  /** Something happened in a project after which its context is often asked for. */
  noticed(projectId: string, trigger: Trigger, branch?: string): void {
    this.#preload.noticed(projectId, trigger, branch);
  }

  /** How well loading ahead does. */
  preloadState(): PreloadState {
    return this.#preload.state();
  }

  /** Bytes of text that are held in memory. */
  get heldBytes(): number {
    return this.#manifest.bytes;
  }

  /** Nothing that was read stays in memory. */
  forget(): void {
    for (const held of [this.#manifest, this.#documents, this.#candidates, this.#loader]) held.clear();
  }

  /** Resolves when nothing is under way behind an answer. */
  async settled(): Promise<void> {
    await this.#gauge.counted();
    await this.#preload.settled();
  }

  async #warmFiles(id: string): Promise<{ readonly ms: number }> {
    const begun = this.#needs.monotonic();
    const { root } = this.#projectOf(id);
    if (root !== undefined) await this.#documents.ahead(id, root);
    return { ms: this.#needs.monotonic() - begun };
  }

  async #warm(
    context: Context,
    { what, model }: Parsed<Contract['cache.warm']>,
  ): Promise<Reply<Contract['cache.warm']>> {
    const begun = this.#needs.monotonic();
    const wanted = { template: 'resume', agent: 'claude-code', documents: [], budget_tokens: 2_000_000, turns: 6 };
    const asked = { ...wanted, session_id: undefined };
    const first = await this.#loader.load(context, asked);
    if (what === 'all') {
      this.#gauge.countLater(first.candidates);
      await this.#gauge.counted();
    }
    const { segments, reply } = what === 'all' ? await this.#loader.load(context, asked) : first;
    return {
      ...{ files: reply.files.looked_at, changed: first.reply.files.changed, segments: segments.length },
      ...{ tokens: reply.tokens, counted: reply.segments.filter(({ counted }) => counted).length },
      took_ms: Math.round(this.#needs.monotonic() - begun),
      ...{ held_bytes: this.heldBytes, preload: this.preloadState() },
      provider: model === undefined ? null : this.#costOf(model, segments),
    };
  }

  /** What a provider would ask for taking in all that is stable; null for a model without a price. */
  #costOf(model: string, segments: readonly Segment[]): Reply<Contract['cache.warm']>['provider'] {
    const price = this.#needs.writePrice(model);
    if (!price) return null;
    const stable = segments.filter(({ place }) => place !== 'messages');
    const tokens = stable.reduce((all, each) => all + each.tokens, 0);
    const usd = (perMillion: number) => (tokens * perMillion) / 1_000_000;
    return { model, tokens, usd_5m: usd(price.m5), usd_1h: usd(price.h1), as_of: price.as_of };
  }

  #templates(name: string | undefined): Reply<Contract['cache.templates']> {
    const places = this.#needs.templates;
    const text = name === undefined ? undefined : templateFile(places, name).text;
    const items = listTemplates(places).filter((each) => name === undefined || each.name === name);
    return {
      directory: places.own,
      placeholders: [...stablePlaceholders, ...changingPlaceholders],
      items: items.map((each) => ({ ...each, ...(text === undefined ? {} : { text }) })),
    };
  }
}
