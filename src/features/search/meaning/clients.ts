// A program of its own beside the daemon's: the SDKs in it take time and memory, which only those pay who want them.
import type { Clients } from './embedder.ts';
import { ollamaEmbedder } from './ollama.ts';
import { openaiEmbedder } from './openai.ts';
import { httpReranker } from './rerank.ts';

export const clients: Clients = {
  createEmbedder: (setting) => (setting.embedder === 'ollama' ? ollamaEmbedder(setting) : openaiEmbedder(setting)),
  createReranker: httpReranker,
};
