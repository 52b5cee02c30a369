/** Estimate of model tokens: one per four characters, rounded up. Exact counts need a tokenizer per model. */
export function estimateTokens(text: string): number {
  return Math.ceil(text.length / 4);
}
