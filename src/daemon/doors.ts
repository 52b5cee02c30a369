// Who is let in, and as whom: by the socket everybody who has its token, by TCP who has a token of their own.
import { PrsistError } from '../core/errors.ts';
import type { Caller } from '../features/feature.ts';
import type { Grant } from '../features/tokens/grant.ts';
import { admit, bearer, callerOf, type Headers, projectHeader, requireProtocol, single } from './guard.ts';

/** A request that was let in. */
export interface Admitted {
  readonly caller: Caller;
  /** Id, name or directory of the project it is about; undefined: the personal one. */
  readonly project: string | undefined;
}

/** Lets a request in by its headers or throws; 'nobody' for one without a token that asks for health only. */
export type Door = (headers: Headers, operation: string) => Admitted | 'nobody';

/** The door of the socket: one token for everything. */
export function socketDoor(token: string, user: () => string): Door {
  return (headers, operation) => {
    if (isProbe(headers, operation)) {
      if (headers.origin !== undefined || headers.referer !== undefined) {
        throw new PrsistError('auth/refused', 'requests from a browser are refused');
      }
      return 'nobody';
    }
    admit(headers, operation, token);
    return { caller: callerOf(headers, user()), project: projectHeader(headers) };
  };
}

export interface TcpDoorParts {
  /** The port we listen on. */
  readonly port: () => number;
  /** Whose installation this is: another id once it has joined others. */
  readonly user: () => string;
  readonly defaultProject: string;
  /** What a token opens now. */
  readonly grant: (token: string) => Grant | undefined;
}

/** The door of the loopback listener: a literal loopback Host, no page of another origin, a token of its own. */
export function tcpDoor(parts: TcpDoorParts): Door {
  return (headers, operation) => {
    requireLoopback(headers, parts.port());
    if (isProbe(headers, operation)) return 'nobody';
    const hint = 'send Authorization: Bearer …; prsist token new makes a token';
    const token = bearer(headers);
    if (!token) throw new PrsistError('auth/missing', 'the request carries no token', { hint });
    const grant = parts.grant(token);
    if (!grant) throw new PrsistError('auth/refused', 'the token is unknown, revoked or expired', { hint });
    requireProtocol(headers, operation);
    return { caller: callerBy(grant, headers, parts.user()), project: projectBy(grant, headers, parts) };
  };
}

function callerBy({ rights, bound }: Grant, headers: Headers, user: string): Caller {
  return { ...callerOf(headers, bound.user ?? user), rights, bound };
}

function projectBy({ bound }: Grant, headers: Headers, { defaultProject }: TcpDoorParts): string | undefined {
  const fallback = defaultProject === 'default' ? undefined : defaultProject;
  return projectHeader(headers) ?? bound.project ?? fallback;
}

function isProbe(headers: Headers, operation: string): boolean {
  return operation === 'system.health' && !bearer(headers);
}

/** A page that reaches us by a name of its own (DNS rebinding), or from elsewhere, is refused. */
function requireLoopback(headers: Headers, port: number): void {
  const hosts = ['127.0.0.1', '[::1]', 'localhost'].flatMap((name) => [name, `${name}:${port}`]);
  const host = single(headers.host)?.toLowerCase() ?? '';
  if (!hosts.includes(host)) throw new PrsistError('auth/refused', 'only 127.0.0.1 is a Host of this listener');
  const own = (url: string) => hosts.some((name) => url === `http://${name}` || url.startsWith(`http://${name}/`));
  for (const from of [single(headers.origin), single(headers.referer)]) {
    if (from !== undefined && !own(from)) throw new PrsistError('auth/refused', 'a page of another origin is refused');
  }
}
