// Builds bin/built: the command line as one CommonJS file, the daemon as one ES module, the list of operations, the
// redaction rules, the migrations, and what programs import. Everything is made in a folder beside it that then takes its place, so a failed build leaves the old one.
import fs from 'node:fs';
import { basename, join } from 'node:path';
import { type BuildOptions, build, type Metafile, type Plugin } from 'esbuild';
import { libraryOptions, writeTypes } from './library.ts';

const root = join(import.meta.dirname, '..');
const target = join(root, 'bin', 'built');

const common = {
  absWorkingDir: root,
  bundle: true,
  platform: 'node',
  legalComments: 'none',
  logLevel: 'warning',
  metafile: true,
} satisfies BuildOptions;

/**
 * Options for the command line. Node's own modules that few commands need (crypto alone costs a fifth of an empty start)
 * load at their first use instead of at start.
 */
export function cliOptions(outfile: string): BuildOptions & { readonly metafile: true } {
  return {
    ...common,
    entryPoints: ['src/cli/main.ts'],
    outfile,
    format: 'cjs',
    target: 'node22',
    minifySyntax: true,
    minifyWhitespace: true,
    plugins: [leaveOut('src/cli/commands/demo.ts'), lazyBuiltins(['node:crypto', 'node:child_process', 'node:url'])],
  };
}

/** Packages that the daemon finds beside it, with files of their own. */
export const outsideBundles = [
  ...['better-sqlite3', 'sqlite-vec'],
  ...['@fastify/swagger', '@fastify/swagger-ui', '@fastify/websocket'],
  ...['fflate', 'htmlparser2', 'unpdf'],
];

/** Options for the daemon: better-sqlite3 stays outside, its native file is found relative to its package. */
export function daemonOptions(outfile: string): BuildOptions & { readonly metafile: true } {
  return {
    ...common,
    entryPoints: ['src/daemon/main.ts'],
    outfile,
    format: 'esm',
    target: 'node22',
    // the pages of /docs come from files of their packages; the parsers of documents are loaded only into the thread that
    // reads one: nobody pays for either before
    external: outsideBundles,
    minifySyntax: true,
    minifyWhitespace: true,
    plugins: [leaveUnused()],
    // jsonc-parser's main file is UMD, whose requires a bundler cannot follow
    mainFields: ['module', 'main'],
    // CommonJS packages inside the module call require for Node's own modules
    banner: {
      js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);",
    },
  };
}

/** Options for the SDK of one embedder, which few people have: a program of its own, loaded when it is wanted. */
export function embedderOptions(name: string, outfile: string): BuildOptions & { readonly metafile: true } {
  return { ...daemonOptions(outfile), entryPoints: [`src/features/search/meaning/${name}.ts`] };
}

/** Options for what opens keyrings: a program of its own, loaded by those who have a remote. */
export function ageOptions(outfile: string): BuildOptions & { readonly metafile: true } {
  return { ...daemonOptions(outfile), entryPoints: ['src/features/sync/keyring/age.ts'] };
}

/**
 * Options for the dashboard: React as it is for use, and without the tools for its developers, which Ink would look for.
 */
export function dashboardOptions(outfile: string): BuildOptions & { readonly metafile: true } {
  return {
    ...daemonOptions(outfile),
    entryPoints: ['src/tui/main.tsx'],
    external: [],
    define: { 'process.env.NODE_ENV': '"production"', 'process.env.DEV': '"false"' },
    plugins: [withoutDevtools()],
  };
}

function withoutDevtools(): Plugin {
  return {
    name: 'without-devtools',
    setup(builder) {
      builder.onResolve({ filter: /^react-devtools-core$/ }, ({ path }) => ({ path, namespace: 'no-devtools' }));
      builder.onLoad({ filter: /.*/, namespace: 'no-devtools' }, () => ({ contents: 'export default {};' }));
    },
  };
}

/**
 * Half of the daemon would be code that never runs, and everything loaded is held in memory: the languages of zod but
 * English, and what fastify checks and writes schemas of routes with, which ours have not (operations are checked by zod).
 */
function leaveUnused(): Plugin {
  const unused: Readonly<Record<string, string>> = {
    '../locales/index.js': 'export {};',
    '@fastify/ajv-compiler': noSchemas,
    '@fastify/fast-json-stringify-compiler': noSchemas,
  };
  return {
    name: 'leave-unused',
    setup(builder) {
      builder.onResolve({ filter: /locales\/index\.js$|^@fastify\/.+-compiler$/ }, ({ path }) =>
        path in unused ? { path, namespace: 'unused' } : undefined,
      );
      builder.onLoad({ filter: /.*/, namespace: 'unused' }, ({ path }) => ({ contents: unused[path] ?? '' }));
    },
  };
}

/** A compiler as fastify asks for it: to make one is fine, to use it is not. */
const noSchemas = "module.exports = () => () => { throw new Error('routes have no schemas here'); };";

/** A command that is not written yet: the build goes on without it, and says so. */
function leaveOut(file: string): Plugin {
  return {
    name: 'leave-out',
    setup(builder) {
      if (fs.existsSync(join(root, file))) return;
      builder.onStart(() => say(`no ${file}: built without it`));
      builder.onResolve({ filter: /^\.\// }, ({ path, resolveDir }) =>
        join(resolveDir, path) === join(root, file) ? { path, external: true } : undefined,
      );
    },
  };
}

function lazyBuiltins(names: readonly string[]): Plugin {
  return {
    name: 'lazy-builtins',
    setup(builder) {
      builder.onResolve({ filter: /^node:/ }, ({ path, namespace }) => {
        if (namespace === 'lazy') return { path, external: true };
        return names.includes(path) ? { path, namespace: 'lazy' } : undefined;
      });
      builder.onLoad({ filter: /.*/, namespace: 'lazy' }, async ({ path }) => {
        const keys = Object.keys(await import(path)).filter((key) => key !== 'default');
        const getters = keys.map((key) => `get ${key}() { return require('${path}').${key}; }`);
        return { contents: `module.exports = { ${getters.join(', ')} };`, loader: 'js' };
      });
    },
  };
}

/** Copies every migration of store and features; two of one name would hide each other and fail here. */
function copyMigrations(into: string): number {
  fs.mkdirSync(into);
  const files = fs.globSync('src/**/migrations/*.sql', { cwd: root }).sort();
  for (const file of files) fs.copyFileSync(join(root, file), join(into, basename(file)), fs.constants.COPYFILE_EXCL);
  return files.length;
}

/** What `prsist api --list` shows. The command line itself must not load the contracts: they bring zod. */
async function writeOperations(path: string): Promise<number> {
  const { operations } = await import('../src/features/operations.ts');
  const list = Object.entries(operations).map(([name, { effect, summary, input }]) => ({
    name,
    effect,
    summary,
    fields: Object.keys(input.shape),
  }));
  fs.writeFileSync(path, `${JSON.stringify(list)}\n`);
  return list.length;
}

/** The redaction rules as the Node hook reads them: checked here, since it must load neither a parser nor the checks. */
async function writeRules(path: string): Promise<number> {
  const { readRedactionRules } = await import('../src/config/redaction.ts');
  const rules = readRedactionRules(root, []);
  fs.writeFileSync(path, `${JSON.stringify(rules)}\n`);
  return rules.rules.length;
}

/** The page for man(1), which the package brings: from the same words as help. */
async function writeManual(): Promise<number> {
  const { commandTree } = await import('../src/cli/tree.ts');
  const { manualPage } = await import('../src/cli/reference.ts');
  const { productVersion } = await import('../src/core/protocol.ts');
  const tree = await commandTree();
  fs.mkdirSync(join(root, 'man'), { recursive: true });
  fs.writeFileSync(join(root, 'man', 'prsist.1'), manualPage(tree, productVersion));
  return tree.length;
}

function swapIn(fresh: string): void {
  const old = `${target}.old-${process.pid}`;
  if (fs.existsSync(target)) fs.renameSync(target, old);
  fs.renameSync(fresh, target);
  fs.rmSync(old, { recursive: true, force: true });
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}

function sizes(metafile: Metafile): string {
  return Object.entries(metafile.outputs)
    .map(([file, { bytes }]) => `${basename(file)} ${Math.ceil(bytes / 1024)} KiB`)
    .join(', ');
}

async function main(): Promise<void> {
  const fresh = fs.mkdtempSync(join(root, 'bin', '.built-'));
  try {
    say(sizes((await build(cliOptions(join(fresh, 'cli.cjs')))).metafile));
    if (fs.existsSync(join(root, 'src/daemon/main.ts'))) {
      const daemon = daemonOptions(join(fresh, 'daemon.mjs'));
      say(sizes((await build(daemon)).metafile));
      const extract = { entryPoints: ['src/daemon/extract-worker.ts'], outfile: join(fresh, 'extract.mjs') };
      const search = { entryPoints: ['src/daemon/search-worker.ts'], outfile: join(fresh, 'search.mjs') };
      const count = { entryPoints: ['src/daemon/count-worker.ts'], outfile: join(fresh, 'count.mjs') };
      const check = { entryPoints: ['src/daemon/check-worker.ts'], outfile: join(fresh, 'check.mjs') };
      const mcp = { entryPoints: ['src/mcp/main.ts'], outfile: join(fresh, 'mcp.mjs') };
      const embedders = ['ollama', 'openai'].map((name) => embedderOptions(name, join(fresh, `${name}.mjs`)));
      const age = ageOptions(join(fresh, 'age.mjs'));
      const dashboard = dashboardOptions(join(fresh, 'dashboard.mjs'));
      for (const other of [extract, search, check, count, mcp, age, dashboard, ...embedders])
        say(sizes((await build({ ...daemon, ...other })).metafile));
    } else {
      say('no src/daemon/main.ts: the command line alone was built');
    }
    say(`operations.json ${await writeOperations(join(fresh, 'operations.json'))} operations`);
    say(`redaction.json ${await writeRules(join(fresh, 'redaction.json'))} rules`);
    for (const name of ['library', 'tensors'] as const)
      say(sizes((await build(libraryOptions(name, join(fresh, 'library', `${name}.mjs`)))).metafile));
    say(`types ${writeTypes(join(fresh, 'library'))} files`);
    say(`man/prsist.1 ${await writeManual()} commands`);
    say(`migrations ${copyMigrations(join(fresh, 'migrations'))} files`);
    fs.chmodSync(fresh, 0o755);
    swapIn(fresh);
  } finally {
    fs.rmSync(fresh, { recursive: true, force: true });
  }
}

if (import.meta.main) await main();
