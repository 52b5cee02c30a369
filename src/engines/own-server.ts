import { readText } from '../platform/files.ts';
import type { ServerSetting } from './llama-server.ts';

interface OwnServer {
  readonly url: string;
  readonly slot: number;
  readonly key_file: string | null;
  readonly kv_type: string;
  readonly rope: string | null;
  readonly swa: string | null;
}

/** How a server is asked that the settings name (`kv_tensors.server`). */
export function serverSetting({ url, slot, key_file, kv_type, rope, swa }: OwnServer): ServerSetting {
  const key = key_file === null ? undefined : readText(key_file)?.trim();
  return { url, slot, key, told: { kv_type, rope: rope ?? undefined, swa: swa ?? undefined } };
}
