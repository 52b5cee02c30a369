// A project in a directory of its own, and the loading of context with nothing of a daemon around it.
import fs from 'node:fs';
import { dirname, join } from 'node:path';
import { ContextLoading } from '../../../../src/features/cache/context/loading.ts';
import type { ContextSources, LoadingNeeds } from '../../../../src/features/cache/context/needs.ts';
import { loadingContract } from '../../../../src/features/cache/contract-loading.ts';
import type { Context } from '../../../../src/features/feature.ts';
import { temporaryDirectory } from '../../../store/temporary-store.ts';

export const shippedTemplates = join(import.meta.dirname, '../../../../config/templates');

const nothing: ContextSources = {
  ...{ memory: () => '', session: () => undefined, handoff: () => undefined, git: () => null },
  ...{ tasks: () => [], news: () => [], stored: () => undefined, bank: () => [] },
};

export interface Given {
  readonly root: string;
  readonly ownTemplates: string;
  readonly loading: ContextLoading;
  /** Texts that were counted, in order. */
  readonly counted: string[];
  /** Milliseconds since 1970; moved by tests. */
  readonly clock: { now: number };
  readonly notes: Map<string, string>;
  /** Writes a file of the project, with a time long past unless told. */
  readonly file: (name: string, text: string, at?: number) => void;
  readonly load: (input?: object) => Promise<Awaited<ReturnType<ContextLoading['load']>>['reply']>;
}

/** Another loader over the same places is another daemon. */
export function given({
  sources = {},
  needs = {},
  root = temporaryDirectory(),
}: {
  readonly sources?: Partial<ContextSources>;
  readonly needs?: Partial<LoadingNeeds>;
  readonly root?: string;
} = {}): Given {
  const ownTemplates = join(temporaryDirectory(), 'templates');
  const clock = { now: Date.now() + 10_000 };
  const counted: string[] = [];
  const notes = new Map<string, string>();
  const loading = new ContextLoading(
    {
      sources: { ...nothing, ...sources },
      map: async () => '',
      templates: { shipped: shippedTemplates, own: ownTemplates },
      ...{ redact: () => (text) => text.replaceAll('hunter2', '⟨secret⟩'), ignores: () => undefined },
      shares: () => ({ system: 0.4, template: 0.3, documentation: 0.2, dynamic: 0.1 }),
      count: async (texts) => {
        counted.push(...texts);
        return texts.map(({ length }) => Math.ceil(length / 3));
      },
      noted: (key) => notes.get(key),
      note: async (key, value) => void notes.set(key, value),
      writePrice: (model) => (model === 'm' ? { m5: 5, h1: 8, as_of: '2026-11-21' } : undefined),
      ...{ clock: () => clock.now, monotonic: () => 0 },
      onFault: (error) => {
        throw error;
      },
      ...needs,
    },
    () => ({ root }),
  );
  // of a request only the project and where the caller stands are looked at
  const context = { project: { id: 'p', name: 'shop', root }, caller: {} } as unknown as Context;
  return {
    ...{ root, ownTemplates, loading, counted, clock, notes },
    file(name, text, at) {
      const path = join(root, name);
      fs.mkdirSync(dirname(path), { recursive: true });
      fs.writeFileSync(path, text);
      if (at !== undefined) fs.utimesSync(path, at / 1000, at / 1000);
    },
    load: async (input = {}) => (await loading.load(context, loadingContract['cache.load'].input.parse(input))).reply,
  };
}
