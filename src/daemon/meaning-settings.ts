// From the person's settings to what reaches an embedder or a reranker, with its key.
import type { Config } from '../config/schema.ts';
import type { EmbedderSetting, RerankerSetting } from '../features/search/meaning/embedder.ts';

export interface KeySources {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** undefined where there is no such file. */
  readonly read: (path: string) => string | undefined;
}

/** Why a service that is wanted cannot be asked, and what mends it. */
export interface Unusable {
  readonly why: string;
  readonly fix: string;
}

const ollamaUrl = 'http://127.0.0.1:11434';
const local = /^(?:localhost|127(?:\.\d+){3}|\[::1\])$/;

/** The embedder that is set; undefined when none is. */
export function embedderSetting({ recall }: Config, sources: KeySources): EmbedderSetting | Unusable | undefined {
  const { embedder } = recall;
  if (embedder === 'none') return undefined;
  const url = recall.embedder_url ?? (embedder === 'ollama' ? ollamaUrl : undefined);
  const reached = reach('embedder', { ...recall, url, model: recall.embedder_model }, sources);
  if ('why' in reached) return reached;
  return {
    ...{ embedder, ...reached },
    dimensions: recall.embedder_dimensions === 0 ? undefined : recall.embedder_dimensions,
    prefix: { query: recall.embedder_query_prefix ?? '', document: recall.embedder_document_prefix ?? '' },
    timeoutMs: recall.embedder_seconds * 1000,
  };
}

/** The reranker that is set; undefined when none is. */
export function rerankerSetting({ recall }: Config, sources: KeySources): RerankerSetting | Unusable | undefined {
  const { reranker } = recall;
  if (reranker === 'none') return undefined;
  const reached = reach('reranker', { ...recall, url: recall.reranker_url, model: recall.reranker_model }, sources);
  return 'why' in reached ? reached : { reranker, ...reached };
}

type Service = 'embedder' | 'reranker';
type Given = { readonly url: string | undefined; readonly model: string | undefined } & {
  readonly [K in `${Service}_key_${'variable' | 'file'}`]?: string | undefined;
};
type Reached = { readonly url: string; readonly model: string; readonly key: string | undefined };

function reach(service: Service, given: Given, sources: KeySources): Reached | Unusable {
  const { url, model } = given;
  if (url === undefined) return unset(`recall.${service}_url`, 'https://api.example.com/v1');
  if (model === undefined) return unset(`recall.${service}_model`, '<model>');
  const key = keyOf(service, given, sources);
  if (typeof key === 'object') return key;
  const wrong = wrongAddress(url, key);
  return wrong === undefined ? { url, model, key } : { why: wrong, fix: `prsist config explain recall.${service}_url` };
}

function unset(key: string, example: string): Unusable {
  return { why: `${key} is not set`, fix: `prsist config set ${key} ${example}` };
}

function keyOf(service: Service, given: Given, { env, read }: KeySources): string | undefined | Unusable {
  const file = given[`${service}_key_file`];
  const variable = given[`${service}_key_variable`];
  const fix = `prsist config explain recall.${service}_key_file`;
  if (file !== undefined) return read(file)?.trim() || { why: `${file} holds no key`, fix };
  if (variable === undefined) return undefined;
  return env[variable]?.trim() || { why: `${variable} was not set where the daemon was started`, fix };
}

function wrongAddress(url: string, key: string | undefined): string | undefined {
  const { protocol, hostname } = URL.parse(url) ?? { protocol: '', hostname: '' };
  if (protocol === 'https:') return undefined;
  if (protocol !== 'http:') return `${url} is no address of a server`;
  const isOpen = key !== undefined && !local.test(hostname);
  return isOpen ? `a key would go to ${hostname} for everybody on the way to read: use https` : undefined;
}
