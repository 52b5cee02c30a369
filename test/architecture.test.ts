// The rules of the layering, and nothing else about it. A rule that has to bend is changed here, with its reason.
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import { isBuiltin } from 'node:module';
import { join } from 'node:path';
import { build } from 'esbuild';
import { expect, test } from 'vitest';
import { ageOptions, dashboardOptions, embedderOptions } from '../scripts/build.ts';
import {
  filesBelow,
  importsOf,
  loadedWith,
  root,
  type SourceFile,
  stringsOf,
  target,
  withoutComments,
} from './source-files.ts';

const sources = filesBelow('src', ['.ts', '.tsx']);
const byPath = new Map(sources.map((file) => [file.path, file]));
const folderOf = (path: string) => path.split('/')[1] ?? '';
const manifest = JSON.parse(fs.readFileSync(join(root, 'package.json'), 'utf8'));

/** Findings of one rule over all sources: one line each, so that a failure reads as a list of what to mend. */
function findings(rule: (file: SourceFile) => readonly string[]): readonly string[] {
  return sources.flatMap((file) => rule(file).map((what) => `${file.path}: ${what}`));
}

// --- 1 · who may import whom -------------------------------------------------------------------------------------

const mayImport: Readonly<Record<string, readonly string[]>> = {
  core: [],
  platform: ['core'],
  config: ['core', 'platform'],
  store: ['core', 'platform'],
  features: ['core', 'platform', 'config', 'store'],
  daemon: ['core', 'platform', 'config', 'store', 'features', 'engines'],
  engines: ['core', 'platform'], // spoken to by commands, by the library, and by the daemon when nobody works
  client: ['core', 'platform', 'engines'],
  cli: ['core', 'platform', 'client', 'engines', 'hook'], // `prsist hook` is how the Node hook is called
  tui: ['core', 'platform', 'client', 'cli'], // words, times, sizes and the doctor are those of the commands
  mcp: ['core', 'platform', 'client'],
  hook: ['core', 'platform'],
};

const isContract = (path: string) => /^src\/features\/(?:[a-z-]+\/contract|operations)\.ts$/.test(path);
const nounOf = (path: string) => /^src\/features\/([a-z-]+)\//.exec(path)?.[1];

function mayName(path: string, to: string, how: string): boolean {
  const [here, there] = [folderOf(path), folderOf(to)];
  if (here === 'features' && there === 'features') return mayNameFeature(path, to);
  if (here === there || mayImport[here]?.includes(there)) return true;
  // the shapes of requests and replies: as types for every front end, as values where tools are derived from them
  if (there !== 'features') return false;
  return (isContract(to) && here === 'mcp') || (how === 'type' && ['client', 'cli', 'engines', 'tui'].includes(here));
}

/** Features share the files beside them and never one another; only the list of all contracts knows them. */
function mayNameFeature(path: string, to: string): boolean {
  const noun = nounOf(to);
  if (noun === undefined) return to !== 'src/features/operations.ts' || nounOf(path) === undefined;
  return noun === nounOf(path) || (path === 'src/features/operations.ts' && isContract(to));
}

test('1 · folders import only what the table allows; features never one another', () => {
  const wrong = findings(({ path, text }) =>
    importsOf(text).flatMap(({ from, how }) => {
      const to = target(path, from);
      return to === undefined || mayName(path, to, how) ? [] : [`may not import ${to}`];
    }),
  );
  expect(wrong).toEqual([]);
  expect(sources.map((file) => folderOf(file.path)).filter((folder) => !(folder in mayImport))).toEqual([]);
});

test('1 · the table says no where it should', () => {
  const entry = 'src/features/entries/store.ts';
  expect(mayName(entry, 'src/features/sessions/start.ts', 'type')).toBe(false);
  expect(mayName(entry, 'src/features/feature.ts', 'value')).toBe(true);
  expect(mayName('src/features/findable.ts', entry, 'type')).toBe(false);
  expect(mayName('src/core/merge.ts', 'src/platform/time.ts', 'value')).toBe(false);
  expect(mayName('src/cli/main.ts', 'src/store/open.ts', 'type')).toBe(false);
  expect(mayName('src/client/call.ts', 'src/features/operations.ts', 'type')).toBe(true);
  expect(mayName('src/client/call.ts', 'src/features/operations.ts', 'value')).toBe(false);
  expect(mayName('src/mcp/tools.ts', 'src/features/operations.ts', 'value')).toBe(true);
});

// --- 2 · packages and built-in modules have their place ----------------------------------------------------------

const placeOfPackage: Readonly<Record<string, readonly string[]>> = {
  zod: ['core', 'config', 'features', 'daemon', 'mcp'],
  'node-diff3': ['core'],
  'jsonc-parser': ['core'],
  pino: ['platform'],
  yaml: ['config'],
  'better-sqlite3': ['store'],
  'sqlite-vec': ['store'],
  'age-encryption': ['features'], // in a program of its own
  ollama: ['features'],
  openai: ['features'],
  fastify: ['daemon'],
  '@fastify/swagger': ['daemon'],
  '@fastify/swagger-ui': ['daemon'],
  '@fastify/websocket': ['daemon'],
  'gpt-tokenizer': ['daemon'], // in a thread of its own
  // the parsers of documents
  fflate: ['features'],
  htmlparser2: ['features'],
  unpdf: ['features'],
  commander: ['cli'],
  ink: ['tui'],
  react: ['tui'],
  '@modelcontextprotocol/server': ['mcp'],
};

const placeOfBuiltin: Readonly<Record<string, readonly string[]>> = {
  'node:fs': ['platform'],
  'node:os': ['platform'],
  'node:child_process': ['platform'],
  'node:net': ['platform', 'client'], // the client speaks HTTP on the bare socket: node:http costs every command its start
  'node:http': ['client', 'daemon'],
  'node:dns': [],
  'node:https': [],
  'node:sqlite': [], // a second SQLite in the process takes WAL and locks from under the first
  'node:worker_threads': ['daemon'],
};

function mayLoad(path: string, from: string): boolean {
  const folder = folderOf(path);
  const name = from.startsWith('@') ? from.split('/').slice(0, 2).join('/') : (from.split('/')[0] ?? from);
  if (!from.startsWith('node:')) return placeOfPackage[name]?.includes(folder) ?? false;
  if (folder === 'core') return name === 'node:crypto';
  return placeOfBuiltin[name]?.includes(folder) ?? true;
}

test('2 · packages and built-in modules are used only in their folder', () => {
  const wrong = findings(({ path, text }) =>
    importsOf(text)
      .filter(({ from }) => !from.startsWith('.') && !mayLoad(path, from))
      .map(({ from }) => `may not import ${from}`),
  );
  expect(wrong).toEqual([]);
  expect(mayLoad('src/features/a/b.ts', 'node:fs/promises')).toBe(false);
  expect(mayLoad('src/cli/main.ts', 'fs')).toBe(false);
});

// --- 3 · what every command pays for -----------------------------------------------------------------------------

const heavy =
  /^(?:zod|yaml|pino|fastify|better-sqlite3|sqlite-vec|ollama|openai|ink|react|node:https?|@modelcontextprotocol\/.*)$/;
const hot = sources.map((file) => file.path).filter((path) => /^src\/(?:client|hook|cli)\//.test(path));

test('3 · client, commands and hook load nothing heavy', () => {
  const wrong = hot.flatMap((entry) =>
    [...loadedWith(entry, byPath)].filter(([name]) => heavy.test(name)).map(([, way]) => way),
  );
  expect(wrong).toEqual([]);
});

// --- 4 · SQL ------------------------------------------------------------------------------------------------------

const statement =
  /^\s*(?:select\s(?:[\s\S]*\sfrom\s|\d)|insert\s+(?:or\s+\w+\s+)?into\s|replace\s+into\s|update\s+[\w${}]+\s+set\s|delete\s+from\s|(?:create|drop|alter)\s+(?:unique\s+|temp\s+|virtual\s+)*(?:table|index|view|trigger)\s|with\s+\w+\s*(?:\([^)]*\)\s*)?as\s*\(|pragma\s+\w|attach\s+)/i;
// a projection or a list of queries that outgrows one file is split by noun: message-projection.ts
const mayHoldSql = (path: string) => /^src\/store\/|[/-](?:queries|projection)\.ts$/.test(path);

test('4 · SQL stands in queries.ts, projection.ts, *.sql and the store', () => {
  const wrong = findings(({ path, text }) =>
    mayHoldSql(path)
      ? []
      : stringsOf(text)
          .filter((literal) => statement.test(literal))
          .map((literal) => literal.trim().slice(0, 60)),
  );
  expect(wrong).toEqual([]);
});

test('4 · the detector knows SQL from talk', () => {
  const sql = ['select a from b', ' update t set x = 1', 'insert into t values (1)', 'delete from t', 'select 1'];
  const talk = ['select a session', 'update the rows', 'create a task', 'with care', 'insert coin', 'delete this'];
  expect([...sql, ...talk].filter((text) => statement.test(text))).toEqual(sql);
  expect(stringsOf("/* 'no' */ const a = 'yes', b = /['\"]/, c = `two\nlines`; // 'no'")).toEqual([
    'yes',
    'two\nlines',
  ]);
});

// --- 5 · clocks, randomness, environment -------------------------------------------------------------------------

const outside =
  /\bDate\.now\b|\bnew Date\(\s*\)|\bMath\.random\b|\bperformance\.now\b|\bprocess\.(?:env|hrtime)\b|\brandom(?:UUID|Bytes|FillSync|Fill|Int)\b|\bgetRandomValues\b/g;

test('5 · clocks, randomness and environment are read in platform/ and handed on', () => {
  const wrong = findings(({ path, text }) =>
    folderOf(path) === 'platform' ? [] : (withoutComments(text).match(outside) ?? []),
  );
  expect(wrong).toEqual([]);
  expect('a(new Date()); new Date(ms); Date.now()'.match(outside)).toEqual(['new Date()', 'Date.now']);
});

// --- 6 · migrations -----------------------------------------------------------------------------------------------

/** SHA-256 of every migration that has been released: they never change again. None has been yet. */
const released: Readonly<Record<string, string>> = {};
const migrations = filesBelow('src', ['.sql']);
const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');

function changedSince(pins: Readonly<Record<string, string>>, files: readonly SourceFile[]): readonly string[] {
  const now = new Map(files.map((file) => [file.path, sha256(file.text)]));
  return Object.keys(pins).filter((path) => now.get(path) !== pins[path]);
}

test('6 · released migrations stay as they are', () => {
  expect(changedSince(released, migrations)).toEqual([]);
  const files = [{ path: 'a.sql', text: 'x' }];
  expect(changedSince({ 'a.sql': sha256('x') }, files)).toEqual([]);
  expect(changedSince({ 'a.sql': sha256('y'), 'gone.sql': sha256('x') }, files)).toEqual(['a.sql', 'gone.sql']);
});

test('6 · a migration has a number of its own and says whom it concerns', () => {
  const numbers = migrations.map((file) => /\/migrations\/(\d{4})-[a-z-]+\.sql$/.exec(file.path)?.[1] ?? file.path);
  expect(numbers.filter((number, i) => numbers.indexOf(number) !== i || number.includes('/'))).toEqual([]);
  expect(
    migrations.filter((file) => !/^-- (?:project|user|both): \S/.test(file.text)).map((file) => file.path),
  ).toEqual([]);
});

// --- 7 · dependencies ---------------------------------------------------------------------------------------------

test('7 · runtime dependencies are these, at exact versions', () => {
  expect(Object.keys(manifest.dependencies).sort()).toEqual([
    ...['@fastify/swagger', '@fastify/swagger-ui', '@fastify/websocket', '@modelcontextprotocol/server'],
    ...['better-sqlite3', 'commander', 'fastify'],
    ...['fflate', 'htmlparser2', 'jsonc-parser', 'node-diff3', 'pino', 'sqlite-vec', 'unpdf'],
    ...['yaml', 'zod'],
  ]);
  const versions = Object.values<string>({ ...manifest.dependencies, ...manifest.devDependencies });
  expect(versions.filter((version) => !/^\d+\.\d+\.\d+$/.test(version))).toEqual([]);
});

test('7 · the SDKs of embedders, age, and what draws the dashboard are bundled whole, so that nobody installs them', async () => {
  const embedders = ['ollama', 'openai'].map((name) => embedderOptions(name, `${name}.mjs`));
  const bundles = [...embedders, ageOptions('age.mjs'), dashboardOptions('dashboard.mjs')];
  const built = await Promise.all(bundles.map((options) => build({ ...options, write: false })));
  const outside = built.flatMap(({ metafile }) => Object.values(metafile.outputs).flatMap(({ imports }) => imports));
  expect(outside.filter(({ external, path }) => external && !isBuiltin(path))).toEqual([]);
  expect(outside.length).toBeGreaterThan(0);
});

test('7 · nothing but the packages that are allowed to runs a script at installation', () => {
  const lock = JSON.parse(fs.readFileSync(join(root, 'package-lock.json'), 'utf8'));
  const packages = Object.entries<{ hasInstallScript?: boolean; gypfile?: boolean }>(lock.packages);
  const scripted = packages.filter(([, entry]) => entry.hasInstallScript).map(([path]) => path);
  const known = Object.keys(manifest.allowScripts).map((name) => `node_modules/${name}`);
  expect(scripted.filter((path) => !known.includes(path))).toEqual([]);
  // without this line npm 10 calls node-gyp, which needs Python and a compiler: node scripts/lock.mjs
  expect(lock.packages['node_modules/better-sqlite3'].gypfile).toBe(false);
});

// --- 8 and 9 · sizes ----------------------------------------------------------------------------------------------

test('8 · no file is longer than 400 lines', () => {
  const endings = ['.ts', '.tsx', '.mjs', '.sh', '.sql'];
  const files = ['src', 'test', 'scripts', 'hooks'].flatMap((folder) => filesBelow(folder, endings));
  const lines = ({ text }: SourceFile) => text.split('\n').length - 1;
  expect(files.filter((file) => lines(file) > 400).map((file) => `${file.path}: ${lines(file)} lines`)).toEqual([]);
});

test('9 · the top level of the repository holds nothing new', () => {
  const known = [
    ...['.ci', '.git', '.gitignore', 'ARCHITECTURE.md', 'CHANGELOG.md', 'LICENSE', 'README.md', 'bin', 'biome.json'],
    ...['config', 'hooks', 'optimization-config.example.yaml', 'package-lock.json', 'package.json', 'scripts', 'src'],
    ...['test', 'tsconfig.json', 'vitest.config.ts'],
    ...['.prsist', 'coverage', 'dist', 'man', 'node_modules'], // ignored by git
  ];
  expect(fs.readdirSync(root).filter((name) => !known.includes(name))).toEqual([]);
});
