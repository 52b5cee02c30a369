import { readText } from '../platform/files.ts';

/** Where the running daemon listens, as it wrote it after its socket was open. */
export interface Endpoint {
  readonly socket: string;
  readonly token: string;
  readonly pid: number;
  /** Start time of that process; '' where the system does not tell. */
  readonly start: string;
  readonly proto: number;
  readonly version: string;
}

/** Reads endpoint.json; undefined when there is none or it cannot be understood, which means: no daemon to talk to. */
export function readEndpoint(path: string): Endpoint | undefined {
  const text = readText(path);
  return text === undefined ? undefined : endpointFrom(parsed(text));
}

function endpointFrom(value: unknown): Endpoint | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  // every member is checked below before it is used
  const { socket, token, pid, start, proto, version } = value as Partial<Record<keyof Endpoint, unknown>>;
  if (typeof socket !== 'string' || typeof token !== 'string' || !/^[0-9a-f]+$/.test(token)) return undefined;
  if (typeof pid !== 'number' || typeof proto !== 'number') return undefined;
  return { socket, token, pid, proto, start: String(start ?? ''), version: String(version ?? '') };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // torn or foreign: the daemon replaces it at its next start
  }
}
