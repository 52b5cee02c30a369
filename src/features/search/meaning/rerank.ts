import { EmbedderFault, faultOfStatus, type Reranker, type RerankerSetting } from './embedder.ts';
import { faultOf, plainFetch } from './request.ts';

/**
 * A model that reads question and text together, behind an address for /rerank. cohere: as Cohere, Jina, vLLM and
 * llama.cpp speak; tei: as Hugging Face's server does.
 */
export function httpReranker({ reranker, url, model, key }: RerankerSetting): Reranker {
  return {
    model,
    async score(query, texts, signal) {
      if (texts.length === 0) return [];
      const asked = {
        cohere: { model, query, documents: texts, top_n: texts.length, return_documents: false },
        tei: { query, texts, truncate: true },
      }[reranker];
      try {
        const response = await plainFetch(key, signal)(url, {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify(asked),
        });
        if (!response.ok) throw new EmbedderFault(faultOfStatus(response.status), `${response.status}`);
        return scores(await response.json(), texts.length);
      } catch (error) {
        throw faultOf(error, signal);
      }
    },
  };
}

function scores(answer: unknown, texts: number): number[] {
  const found = new Map<number, number>();
  for (const { index, relevance_score, score } of listIn(answer)) {
    const value = relevance_score ?? score;
    if (typeof index === 'number' && typeof value === 'number' && Number.isFinite(value)) found.set(index, value);
  }
  if (found.size !== texts) throw new EmbedderFault('unusable', `${found.size} scores for ${texts} texts`);
  return Array.from({ length: texts }, (_, i) => {
    const value = found.get(i);
    if (value === undefined) throw new EmbedderFault('unusable', `no score for text ${i}`);
    return value;
  });
}

type Json = Readonly<Record<string, unknown>>;

function listIn(answer: unknown): Json[] {
  const list = Array.isArray(answer) ? answer : isJson(answer) ? answer['results'] : undefined;
  if (!Array.isArray(list)) throw new EmbedderFault('unusable', 'the answer holds no results');
  return list.filter(isJson);
}

function isJson(value: unknown): value is Json {
  return typeof value === 'object' && value !== null;
}
