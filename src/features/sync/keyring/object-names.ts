// Names of what is kept on a remote beside packs. Anything named otherwise is left alone.
import { digitsId, idDigits } from '../id-digits.ts';

const top = 'prsist1/';

/** Below this stands everything of every workspace. */
export const workspacesPrefix = top;

/** Everything of one workspace. */
export function workspacePrefix(ws: string): string {
  return `${top}${idDigits(ws)}/`;
}

/** Says that a workspace is here; written once. */
export function workspaceName(ws: string): string {
  return `${workspacePrefix(ws)}ws.json`;
}

export function keyringsPrefix(ws: string): string {
  return `${workspacePrefix(ws)}k/`;
}

export function keyringName(ws: string, version: number): string {
  return `${keyringsPrefix(ws)}${version}.kr`;
}

/** The version a name of a keyring stands for. */
export function keyringVersion(ws: string, name: string): number | undefined {
  const prefix = keyringsPrefix(ws);
  const digits = name.startsWith(prefix) ? /^([1-9]\d{0,8})\.kr$/.exec(name.slice(prefix.length))?.[1] : undefined;
  return digits === undefined ? undefined : Number(digits);
}

export function requestsPrefix(ws: string): string {
  return `${workspacePrefix(ws)}j/`;
}

/** hash16: 16 hex digits of SHA-256 of the request. */
export function requestName(ws: string, dev: string, hash16: string): string {
  return `${requestsPrefix(ws)}${idDigits(dev)}.${hash16}.jn`;
}

/** The device that a name of a join request stands for. */
export function requestDevice(ws: string, name: string): string | undefined {
  const prefix = requestsPrefix(ws);
  const digits = name.startsWith(prefix) ? /^([a-z2-7]{26})\.[0-9a-f]{16}\.jn$/.exec(name.slice(prefix.length)) : null;
  return digits?.[1] === undefined ? undefined : digitsId(digits[1]);
}

/** The workspace that an object of any kind belongs to. */
export function workspaceOf(name: string): string | undefined {
  const part = name.startsWith(top) ? name.slice(top.length).split('/')[0] : undefined;
  return part === undefined ? undefined : digitsId(part);
}
