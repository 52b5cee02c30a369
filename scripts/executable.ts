// npm run executable: prsist as one file, with Node and the native add-ons in it (Node's single executable applications).
//   node scripts/executable.ts [--out <file>] [--node <node of the platform>] [--platform linux-x64] [--modules <node_modules>]
// For Linux it needs nothing else. For other systems give their Node, a node_modules installed for them, and postject in
// the PATH; on a Mac the file is signed for this machine.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { gzipSync } from 'node:zlib';
import { outsideBundles } from './build.ts';
import { withNote } from './elf-note.ts';
import { type Platform, packageFiles } from './package-files.ts';

const root = join(import.meta.dirname, '..');
const fuse = 'NODE_SEA_FUSE_fce680ab2cc467b6e072b8b5df1996b2';
const resource = 'NODE_SEA_BLOB';

export interface Building {
  readonly out: string;
  /** The Node that becomes the executable. */
  readonly node: string;
  readonly platform: Platform;
  readonly modules: string;
}

export interface Built {
  readonly out: string;
  readonly bytes: number;
  /** Of what is laid out at the first start. */
  readonly files: number;
  readonly filesBytes: number;
}

/** Builds the executable from what `npm run build` made. Throws where that is missing or a tool fails. */
export function buildExecutable({ out, node, platform, modules }: Building): Built {
  const work = fs.mkdtempSync(join(tmpdir(), 'prsist-one-'));
  try {
    const files = packageFiles(root, modules, { packages: outsideBundles, platform });
    requireNative(files, platform);
    const plain = archive(files);
    const { version } = JSON.parse(fs.readFileSync(join(root, 'package.json'), 'utf8'));
    const hash = createHash('sha256').update(plain).digest('hex').slice(0, 12);
    fs.writeFileSync(join(work, 'name'), `${version}-${hash}`);
    fs.writeFileSync(join(work, 'files'), gzipSync(plain, { level: 9 }));
    const blob = fs.readFileSync(prepared(work));
    fs.mkdirSync(join(out, '..'), { recursive: true });
    if (platform.system === 'linux') fs.writeFileSync(out, lit(withNote(fs.readFileSync(node), resource, blob)));
    else injected(out, { node, platform, blob: join(work, 'blob') });
    fs.chmodSync(out, 0o755);
    return { out, bytes: fs.statSync(out).size, files: files.size, filesBytes: plain.length };
  } finally {
    fs.rmSync(work, { recursive: true });
  }
}

/** Everything in one piece: the length of a list of names and sizes, that list, the bytes of the files. */
function archive(files: ReadonlyMap<string, string>): Buffer {
  const contents = [...files]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, file]) => [name, fs.readFileSync(file)] as const);
  const list = Buffer.from(JSON.stringify(contents.map(([name, bytes]) => [name.replaceAll('\\', '/'), bytes.length])));
  const head = Buffer.alloc(4);
  head.writeUInt32LE(list.length);
  return Buffer.concat([head, list, ...contents.map(([, bytes]) => bytes)]);
}

function requireNative(files: ReadonlyMap<string, string>, { system, arch }: Platform): void {
  const names = [...files.keys()];
  const lacks = [/better-sqlite3.+\.node$/, /sqlite-vec-.+\.(?:so|dylib|dll)$/, /built.daemon\.mjs$/].filter(
    (pattern) => !names.some((name) => pattern.test(name)),
  );
  if (lacks.length > 0)
    throw new Error(`not there for ${system}-${arch}: ${lacks.join(' ')}; npm run build, --modules`);
}

/** Has this Node write the blob that a Node of the same version reads. */
function prepared(work: string): string {
  const config = {
    ...{ main: join(root, 'scripts', 'one-file.cjs'), output: join(work, 'blob'), disableExperimentalSEAWarning: true },
    ...{ useSnapshot: false, useCodeCache: false },
    assets: { name: join(work, 'name'), files: join(work, 'files') },
  };
  fs.writeFileSync(join(work, 'config.json'), JSON.stringify(config));
  run(process.execPath, ['--experimental-sea-config', join(work, 'config.json')]);
  return config.output;
}

/** Node looks for the resource only where this is set. */
function lit(program: Buffer): Buffer {
  const at = program.indexOf(`${fuse}:0`);
  if (at < 0) throw new Error('this Node makes no single executables');
  program.write('1', at + fuse.length + 1);
  return program;
}

function injected(out: string, { node, platform, blob }: { node: string; platform: Platform; blob: string }): void {
  fs.copyFileSync(node, out);
  const isMac = platform.system === 'darwin';
  if (isMac) run('codesign', ['--remove-signature', out]);
  run('postject', [
    out,
    resource,
    blob,
    '--sentinel-fuse',
    fuse,
    ...(isMac ? ['--macho-segment-name', 'NODE_SEA'] : []),
  ]);
  if (isMac) run('codesign', ['--sign', '-', out]);
}

function run(program: string, args: readonly string[]): void {
  const { status, error, stderr } = spawnSync(program, args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`${program}: ${error?.message ?? stderr}`);
}

function main(): void {
  const { values } = parseArgs({
    options: {
      ...{ out: { type: 'string' }, node: { type: 'string' } },
      ...{ platform: { type: 'string' }, modules: { type: 'string' } },
    },
  });
  const [system = '', arch = ''] = (values.platform ?? `${process.platform}-${process.arch}`).split('-');
  const built = buildExecutable({
    out: resolve(values.out ?? join(root, 'dist', `prsist-${system}-${arch}${system === 'win32' ? '.exe' : ''}`)),
    node: values.node ?? process.execPath,
    platform: { system, arch },
    modules: values.modules ?? join(root, 'node_modules'),
  });
  process.stdout.write(`${JSON.stringify(built)}\n`);
}

if (import.meta.main) main();
