import { Ollama } from 'ollama';
import { type Embedder, EmbedderFault, type EmbedderSetting, faultOfStatus } from './embedder.ts';
import { checkedVectors, faultOf, plainFetch } from './request.ts';

/** An embedder that Ollama runs. */
export function openEmbedder({ url, model, dimensions, prefix, key, timeoutMs }: EmbedderSetting): Embedder {
  return {
    model,
    prefix,
    async embed(texts, kind, ended) {
      const signal = AbortSignal.any([ended, AbortSignal.timeout(timeoutMs)]);
      const ollama = new Ollama({ host: url, fetch: plainFetch(key, signal) });
      const input = texts.map((text) => prefix[kind] + text);
      try {
        const asked = { model, input, truncate: true, ...(dimensions === undefined ? {} : { dimensions }) };
        const { embeddings } = await ollama.embed(asked);
        return checkedVectors(embeddings, { texts: texts.length, ...(dimensions ? { dimensions } : {}) });
      } catch (error) {
        throw faultOf(statusFault(error), signal);
      }
    },
  };
}

/** The SDK does not export its class of errors with a status. */
function statusFault(error: unknown): unknown {
  if (!(error instanceof Error) || !('status_code' in error) || typeof error.status_code !== 'number') return error;
  const { status_code: status, message } = error;
  return new EmbedderFault(faultOfStatus(status), `${status}: ${message}`, { cause: error });
}
