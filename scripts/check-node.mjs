// A broken install (`npm ci --ignore-scripts`) leaves a dead node_modules/.bin/node, and the system Node answers silently.
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
if (major < 22 || (major === 22 && minor < 22)) {
  console.error(`error: Node ${process.versions.node} is too old, prsist needs 22.22 or later`);
  console.error('try: rm -rf node_modules && npm ci   (the project brings its own Node 24)');
  process.exit(1);
}
