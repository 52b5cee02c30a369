import { APIError, OpenAI } from 'openai';
import { type Embedder, EmbedderFault, type EmbedderSetting, faultOfStatus } from './embedder.ts';
import { checkedVectors, faultOf, plainFetch } from './request.ts';

/** An embedder behind an address that speaks as OpenAI does: a service, LM Studio, vLLM, llama.cpp, TEI. */
export function openEmbedder({ url, model, dimensions, prefix, key, timeoutMs }: EmbedderSetting): Embedder {
  return {
    model,
    prefix,
    async embed(texts, kind, ended) {
      const signal = AbortSignal.any([ended, AbortSignal.timeout(timeoutMs)]);
      const openai = new OpenAI({
        // without one the SDK would take the person's own from a variable, and send it to whatever address this is
        apiKey: key ?? 'none',
        ...{ baseURL: url, organization: null, project: null, maxRetries: 0, timeout: timeoutMs, logLevel: 'off' },
        fetch: plainFetch(key, signal),
      });
      const input = texts.map((text) => prefix[kind] + text);
      try {
        const asked = { model, input, encoding_format: 'float' as const, ...(dimensions ? { dimensions } : {}) };
        const { data } = await openai.embeddings.create(asked, { signal });
        return checkedVectors(inOrder(data), { texts: texts.length, ...(dimensions ? { dimensions } : {}) });
      } catch (error) {
        throw faultOf(statusFault(error), signal);
      }
    },
  };
}

/** Each vector says which text it is of. */
function inOrder(data: unknown): unknown {
  if (!Array.isArray(data)) return data;
  const sorted: { readonly index?: number; readonly embedding?: unknown }[] = data.toSorted(
    (a, b) => (a?.index ?? 0) - (b?.index ?? 0),
  );
  return sorted.map((one) => one?.embedding);
}

function statusFault(error: unknown): unknown {
  if (!(error instanceof APIError) || typeof error.status !== 'number') return error;
  return new EmbedderFault(faultOfStatus(error.status), error.message, { cause: error });
}
