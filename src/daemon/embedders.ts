// The SDKs of embedders are a program beside the daemon's own, loaded when the first one is wanted.
import type {
  Clients,
  Embedder,
  EmbedderSetting,
  Reranker,
  RerankerSetting,
} from '../features/search/meaning/embedder.ts';

/** From the source it is the feature's own file, in a build one beside the daemon. */
const program = import.meta.url.endsWith('.ts') ? '../features/search/meaning/clients.ts' : './embedders.mjs';

let loading: Promise<{ readonly clients: Clients }> | undefined;

function load(): Promise<{ readonly clients: Clients }> {
  loading ??= import(program);
  return loading;
}

/** An embedder by its settings. */
export async function openEmbedder(setting: EmbedderSetting): Promise<Embedder> {
  return (await load()).clients.createEmbedder(setting);
}

/** A reranker by its settings. */
export async function openReranker(setting: RerankerSetting): Promise<Reranker> {
  return (await load()).clients.createReranker(setting);
}
