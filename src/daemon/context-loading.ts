// Puts the loading of context together with what it needs of the daemon.
import { join } from 'node:path';
import { readPrices } from '../config/prices.ts';
import { type Prices, priceName } from '../core/prices.ts';
import type { Redactor } from '../core/redact.ts';
import type { BriefSources } from '../features/brief/assemble.ts';
import { ContextLoading } from '../features/cache/context/loading.ts';
import type { LoadingNeeds } from '../features/cache/context/needs.ts';
import { knownChains } from '../features/cache/loaded.ts';
import type { PrefixRoom } from '../features/cache/needs-blocks.ts';
import { see, seen } from '../features/capture/queries.ts';
import type { Paths } from '../platform/paths.ts';
import { contextSources } from './context-sources.ts';
import { ProjectMaps } from './project-maps.ts';
import type { Projects } from './projects.ts';
import type { Settings } from './settings.ts';
import { TokenCounter } from './token-counter.ts';

export interface ContextParts extends Pick<LoadingNeeds, 'clock' | 'monotonic' | 'ignores'> {
  readonly paths: Paths;
  readonly packageRoot: string;
  readonly settings: Settings;
  readonly projects: () => Projects;
  readonly sources: BriefSources;
  readonly prefixes: () => PrefixRoom;
  /** Of a project by its root. */
  readonly redactorAt: (root: string) => Redactor;
  readonly log: (event: string, details: Readonly<Record<string, string>>) => void;
}

/** The loading of context for all projects of a daemon; close: when it leaves. */
export function contextLoading(parts: ContextParts): { readonly loading: ContextLoading; readonly close: () => void } {
  const { paths, packageRoot, settings, projects, sources, redactorAt, clock, monotonic, ignores } = parts;
  const counter = new TokenCounter();
  const redact = (root: string) => (text: string) => redactorAt(root).text(text.toWellFormed()).text;
  const maps = new ProjectMaps({ redact, ignores });
  let prices: Prices | undefined;
  const loading = new ContextLoading(
    {
      ...{ clock, monotonic, ignores, count: counter.count },
      chains: knownChains({
        get room() {
          return parts.prefixes();
        },
        setting: (root) => settings.at(root).optimization.kv_cache,
      }),
      sources: contextSources(sources),
      templates: { shipped: join(packageRoot, 'config', 'templates'), own: join(paths.config, 'templates') },
      redact,
      map: (id, directory) => maps.of(id, directory),
      shares: (root) => {
        const {
          system_content: system,
          templates: template,
          documentation,
          dynamic_content: dynamic,
        } = settings.at(root).optimization.kv_cache.budget_allocation;
        return { system, template, documentation, dynamic };
      },
      noted: (key) => projects().user.read.one(seen, { key })?.value,
      note: async (key, value) => void (await projects().user.write((tx) => tx.run(see, { key, value }))),
      writePrice: (model) => {
        prices ??= readPrices(packageRoot);
        const price = prices.models.get(priceName(model));
        return price && { m5: price.cache_write_5m, h1: price.cache_write_1h, as_of: prices.as_of };
      },
      onFault: (error) => parts.log('context', { why: error instanceof Error ? error.message : String(error) }),
    },
    (id) => projects().resolve(id),
  );
  return { loading, close: () => counter.close() };
}
