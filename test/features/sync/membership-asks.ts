// What tests of membership ask of devices and remotes.
import { expect } from 'vitest';
import { PrsistError } from '../../../src/core/errors.ts';
import type { Device } from './keyring-world.ts';
import type { MapRemote } from './map-remote.ts';

export const url = 'folder:/sync';
export const home = (device: Device) => device.remotes[0] ?? expect.fail('no remote');
export const startOf = (device: Device) => device.membership.start(home(device));
export const kinds = ({ writes }: MapRemote) => writes.map((name) => name.replace(/^prsist1\/[a-z2-7]{26}\//, ''));

/** The error of what has to fail, with what the remote holds unchanged by it. */
export async function refusal(remote: MapRemote, work: Promise<unknown>): Promise<PrsistError> {
  const before = remote.writes.length;
  const error = await work.then(
    () => expect.fail('nothing was refused'),
    (failed: unknown) => failed,
  );
  expect(remote.writes.slice(before)).toEqual([]);
  return error instanceof PrsistError ? error : expect.fail(String(error));
}
