// The programs of the system are scripts here that keep what they are given and write down how they were called.
import fs from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { secretFiles } from '../../src/platform/secret-files.ts';
import { findKeyring, type SystemKeyring } from '../../src/platform/system-keyring.ts';
import { temporaryDirectory } from '../store/temporary-store.ts';

const secretTool = `#!/bin/sh
echo "$0 $*" >> "$CALLS"
case "$1" in
  lookup) [ -f "$KEPT/$5" ] && cat "$KEPT/$5" || exit 1 ;;
  store) cat > "$KEPT/$7" ;;
esac
`;
const busctl = '#!/bin/sh\necho "$0 $*" >> "$CALLS"\ncat "$KEPT/.locked"\n';

const security = `#!/bin/sh
echo "$0 $*" >> "$CALLS"
case "$1" in
  find-generic-password) [ -f "$KEPT/$5" ] && cat "$KEPT/$5" || exit 44 ;;
  -i) read -r verb u s service a account l label1 label2 w hex; printf '%s\\n' "$hex" > "$KEPT/$account" ;;
esac
`;

function desktop(programs: Readonly<Record<string, string>>) {
  const top = temporaryDirectory();
  const [bin, kept, calls] = [join(top, 'bin'), join(top, 'kept'), join(top, 'calls')];
  for (const directory of [bin, kept]) fs.mkdirSync(directory);
  for (const [name, text] of Object.entries(programs)) fs.writeFileSync(join(bin, name), text, { mode: 0o755 });
  fs.writeFileSync(calls, '');
  const locked = (word: 'b true' | 'b false' | '') => fs.writeFileSync(join(kept, '.locked'), word);
  locked('b false');
  const env = { PATH: `${bin}:/usr/bin:/bin`, XDG_RUNTIME_DIR: top, KEPT: kept, CALLS: calls };
  return { env, locked, calls: () => fs.readFileSync(calls, 'utf8') };
}

function found(keyring: SystemKeyring | string): SystemKeyring {
  return typeof keyring === 'string' ? expect.fail(keyring) : keyring;
}

test('KY9 · a keyring keeps a secret, which is in no argument of any program', async () => {
  const { env, calls } = desktop({ 'secret-tool': secretTool, busctl });
  const keyring = found(await findKeyring({ platform: 'linux', env }));
  expect(await keyring.get('device-1')).toBeUndefined();
  await keyring.put('device-1', '{"a secret":1}');
  expect(await keyring.get('device-1')).toBe('{"a secret":1}');
  expect(calls()).toContain('lookup service prsist account device-1');
  expect(calls()).not.toContain('a secret');
});

test('KY9 · the keychain of macOS is given a secret on standard input', async () => {
  const { env, calls } = desktop({ security });
  const keyring = found(await findKeyring({ platform: 'darwin', env }));
  expect(await keyring.get('device-1')).toBeUndefined();
  await keyring.put('device-1', 'a secret: ü');
  expect(await keyring.get('device-1')).toBe('a secret: ü');
  expect(calls()).not.toContain(Buffer.from('a secret').toString('hex'));
});

test('KY9 · whether it is locked is looked at before anything that would ask for its password', async () => {
  const { env, calls, locked } = desktop({ 'secret-tool': secretTool, busctl });
  const keyring = found(await findKeyring({ platform: 'linux', env }));
  locked('b true');
  const before = calls();
  await expect(keyring.get('device-1')).rejects.toMatchObject({ code: 'key/missing' });
  await expect(keyring.put('device-1', 'x')).rejects.toMatchObject({ code: 'key/missing' });
  expect(calls().slice(before.length)).not.toContain('secret-tool');
  expect(await findKeyring({ platform: 'linux', env })).toBe('the keyring is locked');
});

test('KY9 · without a session, a program or a keyring, it is said why', async () => {
  const { env, locked } = desktop({ busctl });
  expect(await findKeyring({ platform: 'linux', env: { PATH: env.PATH } })).toBe('there is no desktop session here');
  locked('');
  expect(await findKeyring({ platform: 'linux', env })).toBe('no keyring runs here');
  locked('b false');
  const nothing = { ...env, PATH: env.PATH.split(':')[0] };
  expect(await findKeyring({ platform: 'linux', env: nothing })).toMatch(/is not installed|no keyring runs here/);
  expect(await findKeyring({ platform: 'win32', env })).toBe('prsist knows no keyring of win32');
  expect(await findKeyring({ platform: 'darwin', env: nothing })).toBe('security is not installed');
});

test('KY9 · without a keyring, keys are files that only their owner can read; an open one is refused', async () => {
  const directory = join(temporaryDirectory(), 'keys');
  const files = secretFiles(directory);
  expect(await files.get('device-1')).toBeUndefined();
  await files.put('device-1', 'a secret');
  expect(await files.get('device-1')).toBe('a secret');
  const modes = [directory, join(directory, 'device-1')].map((path) => fs.statSync(path).mode & 0o777);
  expect(modes).toEqual([0o700, 0o600]);
  fs.chmodSync(join(directory, 'device-1'), 0o644);
  await expect(files.get('device-1')).rejects.toMatchObject({ code: 'store/unsafe-mode' });
});
