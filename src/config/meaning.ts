// Settings of search by meaning: who computes vectors, and who puts results in order. All are the user's alone, since they
// say where texts are sent.
import { choice, flag, name, place, whole } from './fields.ts';

const key = 'a key is never written into a file of settings';

export const meaning = {
  embedder: choice(
    ['none', 'ollama', 'openai-compatible'],
    'none',
    'What computes vectors of texts; nothing is sent anywhere with none.',
  ),
  embedder_url: place(
    'Address of that embedder; without it, that of Ollama on this machine. For openai-compatible with its /v1.',
  ),
  embedder_model: name('Model it computes with; another one computes everything again, behind the old one.'),
  embedder_dimensions: whole([0, 8192], 0, 'Numbers of a vector to ask for; 0: as many as the model gives.'),
  embedder_query_prefix: name('Written before every question, where the model wants that.'),
  embedder_document_prefix: name('Written before every text, where the model wants that.'),
  embedder_key_variable: name(`Variable that holds the key of the embedder: ${key}.`),
  embedder_key_file: place('File that holds the key of the embedder, and nothing else.'),
  embedder_batch: whole([1, 512], 32, 'Texts in one request.'),
  embedder_requests: whole([1, 16], 2, 'Requests at a time.'),
  embedder_seconds: whole([1, 600], 60, 'Seconds that a request may take.'),
  embedder_tool_output: flag(false, 'Whether what tools were asked and answered gets vectors too: most texts by far.'),
  reranker: choice(
    ['none', 'cohere', 'tei'],
    'none',
    'What reads the best results once more beside the question: an address that speaks as Cohere and Jina, or as TEI.',
  ),
  reranker_url: place('Whole address of that reranker, with its /rerank.'),
  reranker_model: name('Model it reads with.'),
  reranker_key_variable: name('Variable that holds the key of the reranker.'),
  reranker_key_file: place('File that holds the key of the reranker, and nothing else.'),
};
