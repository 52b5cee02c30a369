import { timingSafeEqual } from 'node:crypto';
import { PrsistError } from '../core/errors.ts';
import { protocol } from '../core/protocol.ts';
import type { Caller } from '../features/feature.ts';

export type Headers = Readonly<Record<string, string | string[] | undefined>>;

/** Operations that a client of another protocol may still ask for: how it learns of us, and how it takes over. */
const anyProtocol = new Set(['system.health', 'system.drain']);

/**
 * Lets a request in, or throws: auth/missing and auth/refused for a wrong token or a browser, daemon/version-skew for
 * another protocol.
 */
export function admit(headers: Headers, operation: string, token: string): void {
  if (headers.origin !== undefined || headers.referer !== undefined) {
    throw new PrsistError('auth/refused', 'requests from a browser are refused');
  }
  const given = bearer(headers);
  if (!given) throw new PrsistError('auth/missing', 'the request carries no token');
  if (!sameText(given, token)) throw new PrsistError('auth/refused', 'the token is not the one of this daemon');
  requireProtocol(headers, operation);
}

/** The token of a request; undefined or empty when it carries none. */
export function bearer(headers: Headers): string | undefined {
  return single(headers.authorization)?.replace(/^Bearer /i, '');
}

/** Throws daemon/version-skew for a client that says it speaks another protocol. */
export function requireProtocol(headers: Headers, operation: string): void {
  const proto = Number(single(headers['x-prsist-proto']) ?? protocol);
  if (proto !== protocol && !anyProtocol.has(operation)) {
    throw new PrsistError('daemon/version-skew', `this daemon speaks protocol ${protocol}, the client ${proto}`, {
      details: { proto: protocol },
    });
  }
}

const word = /^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/;

/** Who asks, from the transport and the headers: never from the body. Inside an agent's shell it is the agent. */
export function callerOf(headers: Headers, user: string): Caller {
  const agent = named(headers, 'x-prsist-agent');
  const session = named(headers, 'x-prsist-session');
  const asked = projectHeader(headers);
  return {
    user,
    ...(agent === undefined ? {} : { agent }),
    ...(session === undefined ? {} : { session }),
    origin: agent === undefined ? 'human' : 'agent',
    ...(asked?.startsWith('/') ? { directory: asked } : {}),
  };
}

/** What a request says it is about: id, name or directory; undefined when it says nothing. */
export function projectHeader(headers: Headers): string | undefined {
  const value = single(headers['x-prsist-project']);
  if (value === undefined || value === '') return undefined;
  try {
    return decodeURIComponent(value);
  } catch (cause) {
    throw new PrsistError('input/encoding', 'x-prsist-project is not percent-encoded UTF-8', { cause });
  }
}

function named(headers: Headers, name: string): string | undefined {
  const value = single(headers[name]);
  if (value === undefined || value === '') return undefined;
  if (!word.test(value)) throw new PrsistError('input/invalid', `${name} is no plain word`, { field: name });
  return value;
}

/** A header that counts once. */
export function single(value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? value[0] : value;
}

function sameText(a: string, b: string): boolean {
  const left = Buffer.from(a);
  const right = Buffer.from(b);
  return left.length === right.length && timingSafeEqual(left, right);
}
