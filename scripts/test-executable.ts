// Runs the end-to-end tests of the command line once against the single executable: npm run test:executable [-- files]
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');
const suites = [
  ...['devices', 'doctor', 'documents', 'events', 'forget', 'import', 'layouts', 'mcp', 'private'],
  ...['project-identity', 'remotes', 'search', 'sync', 'uninstall', 'unlisted'],
].map((name) => `test/e2e/${name}.test.ts`);
const asked = process.argv.slice(2);
const program = join(root, 'dist', `prsist-${process.platform}-${process.arch}`);
const { status } = spawnSync('vitest', ['run', '--project', 'slow', ...(asked.length > 0 ? asked : suites)], {
  cwd: root,
  stdio: 'inherit',
  env: { ...process.env, PRSIST_TEST_PROGRAM: program },
});
process.exitCode = status ?? 1;
