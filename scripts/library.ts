// What programs import: `prsist`, plans with the rules of providers built in, and `prsist/tensors`, states of local engines;
// each is one module with its types.
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import type { BuildOptions } from 'esbuild';
import { readProviders } from '../src/config/provider-rules.ts';

const root = join(import.meta.dirname, '..');
/** Modules by the name they are built under. */
export const entries = { library: 'src/features/cache/plan/library.ts', tensors: 'src/client/tensors.ts' } as const;

/** Options for one of them. The daemon and the command line have nothing of the planner. */
export function libraryOptions(
  name: keyof typeof entries,
  outfile: string,
): BuildOptions & { readonly metafile: true } {
  return {
    ...{ absWorkingDir: root, entryPoints: [entries[name]], outfile, bundle: true, platform: 'node', format: 'esm' },
    ...{ target: 'node22', legalComments: 'none', logLevel: 'warning', metafile: true, minifySyntax: true },
    define: { shippedProviders: JSON.stringify(readProviders(root)) },
  };
}

/** Writes the declarations of both, and of what they name, into a directory: `library.d.ts`, `tensors.d.ts`. Returns their number. */
export function writeTypes(into: string): number {
  const declared = fs.mkdtempSync(join(tmpdir(), 'prsist-types-'));
  try {
    declare(declared);
    const firsts = Object.values(entries).map((entry) =>
      join(declared, relative('src', entry).replace(/\.ts$/, '.d.ts')),
    );
    const wanted = [...new Set(firsts.flatMap((first) => [...named(first)]))];
    for (const path of wanted) {
      // no two of them have one name: they lie beside one another
      const text = fs.readFileSync(path, 'utf8').replace(relativeImport, (_, file) => `from './${base(file)}.js'`);
      fs.writeFileSync(join(into, `${base(path)}.d.ts`), text, { flag: 'wx' });
    }
    return wanted.length;
  } finally {
    fs.rmSync(declared, { recursive: true });
  }
}

const relativeImport = /from '(\.\.?\/[^']+)\.ts'/g;

function base(path: string): string {
  return (path.split('/').at(-1) ?? path).replace(/(?:\.d)?\.ts$/, '');
}

/** A declaration file and all that it names. */
function named(path: string, known = new Set<string>()): ReadonlySet<string> {
  if (known.has(path)) return known;
  known.add(path);
  for (const [, file] of fs.readFileSync(path, 'utf8').matchAll(relativeImport)) {
    named(join(dirname(path), `${file}.d.ts`), known);
  }
  return known;
}

function declare(into: string): void {
  const settings = [
    ...['--ignoreConfig', '--declaration', '--emitDeclarationOnly', '--strict', '--exactOptionalPropertyTypes'],
    ...['--allowImportingTsExtensions', '--skipLibCheck', '--module', 'nodenext', '--target', 'es2024'],
    // the sources are checked as a whole elsewhere; here that would take three times as long
    '--noCheck',
    ...['--types', 'node', '--rootDir', 'src', '--outDir', into, ...Object.values(entries)],
  ];
  const tsc = join(root, 'node_modules', 'typescript', 'bin', 'tsc');
  const { status, stdout } = spawnSync(process.execPath, [tsc, ...settings], { cwd: root, encoding: 'utf8' });
  if (status !== 0) throw new Error(`the types of the library could not be written: ${stdout}`);
}
