// Each SDK of an embedder is a program beside the daemon's own, loaded when it is wanted: they take time and memory.
import type { Embedder, EmbedderKind, EmbedderSetting } from '../features/search/meaning/embedder.ts';

type Open = (setting: EmbedderSetting) => Embedder;

/** From the source they are the feature's own files, in a build they lie beside the daemon. */
const folder = import.meta.url.endsWith('.ts') ? '../features/search/meaning' : '.';
const ending = import.meta.url.endsWith('.ts') ? 'ts' : 'mjs';
const programs: Readonly<Record<EmbedderKind, string>> = { ollama: 'ollama', 'openai-compatible': 'openai' };

/** An embedder by its settings. */
export async function openEmbedder(setting: EmbedderSetting): Promise<Embedder> {
  const { openEmbedder: open }: { readonly openEmbedder: Open } = await import(
    `${folder}/${programs[setting.embedder]}.${ending}`
  );
  return open(setting);
}
