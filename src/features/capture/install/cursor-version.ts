// Which events the Cursor of this machine knows: a name that a build does not know can cost the whole file of hooks.
import { join } from 'node:path';
import { readPlainText } from '../../../platform/brief-files.ts';

const places = [
  '/opt/Cursor/resources/app',
  '/opt/cursor/resources/app',
  '/usr/share/cursor/resources/app',
  '/usr/lib/cursor/resources/app',
  '/Applications/Cursor.app/Contents/Resources/app',
];

/** The version of the Cursor that is installed, by its own files; undefined where none is found. top: of the file system. */
export function cursorVersion(home: string, top = '/'): string | undefined {
  const all = [
    ...places.map((place) => join(top, place)),
    join(home, 'Applications/Cursor.app/Contents/Resources/app'),
  ];
  return all
    .map((place) => versionIn(readPlainText(join(place, 'product.json')) ?? ''))
    .find((each) => each !== undefined);
}

/** `version` is that of the editor it is made from, unless that one is named beside it. */
function versionIn(product: string): string | undefined {
  try {
    const { version, vscodeVersion }: Record<string, unknown> = JSON.parse(product);
    const isOwn = typeof vscodeVersion === 'string' && typeof version === 'string';
    return isOwn && /^\d+\.\d+/.test(version) ? version : undefined;
  } catch {
    return undefined; // none there, or another file
  }
}

/** none: no hooks at all · work: what is said and done · all: beginnings and ends of sessions too, as where nobody knows. */
export function cursorKnows(version: string | undefined): 'none' | 'work' | 'all' {
  if (version === undefined) return 'all';
  const [major = 0, minor = 0] = version.split('.').map(Number);
  if (major < 1 || (major === 1 && minor < 7)) return 'none';
  return major > 2 || (major === 2 && minor >= 4) ? 'all' : 'work';
}
