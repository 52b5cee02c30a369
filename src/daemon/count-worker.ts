// A thread that counts tokens as the models of one provider do: exact for those, near for all others.
import { parentPort } from 'node:worker_threads';
import { countTokens } from 'gpt-tokenizer/encoding/o200k_base';

/** Words of that length are no words; counting them whole takes time that grows with their square. */
const longest = /\S{256}|\s{256}/g;

function tokensOf(text: string): number {
  const short = text.replace(longest, '$&\u0000').split('\u0000');
  // names of control tokens are text like any other
  return short.reduce((all, part) => all + countTokens(part, { disallowedSpecial: new Set() }), 0);
}

parentPort?.on('message', ({ id, texts }: { readonly id: number; readonly texts: readonly string[] }) => {
  parentPort?.postMessage({ id, counts: texts.map(tokensOf) });
});
