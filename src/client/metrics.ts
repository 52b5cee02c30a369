import { PrsistError } from '../core/errors.ts';
import type { Paths } from '../platform/paths.ts';
import { readEndpoint } from './endpoint.ts';
import { exchange } from './exchange.ts';

/** One sample of the daemon's metrics. */
export interface Sample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

const timeoutMs = 5_000;

/** The metrics of a running daemon; starts none. Throws daemon/unavailable. */
export async function readMetrics(paths: Paths): Promise<readonly Sample[]> {
  const endpoint = readEndpoint(paths.endpoint);
  if (!endpoint) throw new PrsistError('daemon/unavailable', 'the daemon is not running');
  const headers = { authorization: `Bearer ${endpoint.token}` };
  const asked = { method: 'GET', path: '/memory/metrics', headers, body: '' } as const;
  const patience = { slowMs: timeoutMs, timeoutMs, slow: () => undefined };
  const answer = await exchange(endpoint.socket, { ...asked, ...patience }).catch((error: unknown) => {
    throw new PrsistError('daemon/unavailable', 'the daemon does not answer', { cause: error });
  });
  if (answer.status !== 200) throw new PrsistError('daemon/unavailable', `the daemon answered ${answer.status}`);
  return samplesOf(answer.body);
}

/** The samples of an OpenMetrics text. */
export function samplesOf(text: string): readonly Sample[] {
  return text.split('\n').flatMap((line): Sample[] => {
    const [, name, labels = '', value] = /^([a-z_][a-z0-9_]*)(?:\{(.*)\})? ([^ ]+)$/i.exec(line) ?? [];
    return name === undefined ? [] : [{ name, labels: labelsOf(labels), value: Number(value) }];
  });
}

function labelsOf(text: string): Readonly<Record<string, string>> {
  const pairs = text.matchAll(/([a-z_][a-z0-9_]*)="((?:[^"\\]|\\.)*)"/gi);
  const plain = (value: string) => value.replace(/\\(.)/g, (_, char: string) => (char === 'n' ? '\n' : char));
  return Object.fromEntries([...pairs].map(([, name = '', value = '']) => [name, plain(value)]));
}
