'use strict';
// Plain JavaScript that every Node since 12 can read, so that a Node too old is told so instead of failing on syntax.
const { spawn } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');

/** True for a Node that can run prsist. version: "22.22.0". */
function isEnough(version) {
  const [major, minor] = version.split('.').map(Number);
  return major > 22 || (major === 22 && minor >= 22);
}

/** Path of the Node that came with this package, or with one it lies in; undefined when there is none new enough. */
function ownNode() {
  for (let at = path.dirname(__dirname); ; at = path.dirname(at)) {
    const found = path.join(at, 'node_modules', 'node');
    const program = path.join(found, 'bin', 'node');
    if (fs.existsSync(program) && isEnough(versionOf(found))) return program;
    if (at === path.dirname(at)) return undefined;
  }
}

function versionOf(directory) {
  try {
    return String(JSON.parse(fs.readFileSync(path.join(directory, 'package.json'), 'utf8')).version);
  } catch {
    return ''; // not a package: looked for further up
  }
}

/**
 * For a Node that is too old: runs the script again with the Node that came with the package, and ends as that one ends.
 * Without one it says what to do and exits 69.
 */
exports.runAgain = function runAgain(script) {
  const own = ownNode();
  if (own === undefined) {
    process.stderr.write(`error: Node ${process.versions.node} is too old, prsist needs 22.22 or later\n`);
    process.stderr.write('try: install a current Node (https://nodejs.org) and run the command again\n');
    process.exit(69);
  }
  const child = spawn(own, [script, ...process.argv.slice(2)], { stdio: 'inherit' });
  // Ctrl-C reaches both: only the second decides what it means. Other signals are sent to one process, and go on from here.
  process.on('SIGINT', () => undefined);
  for (const name of ['SIGTERM', 'SIGHUP']) process.on(name, () => child.kill(name));
  child.on('error', (error) => {
    process.stderr.write(`error: ${own} cannot be run: ${error.message}\n`);
    process.exitCode = 69;
  });
  child.on('exit', (code, signal) => {
    if (signal === null) process.exit(code);
    process.removeAllListeners(signal);
    process.kill(process.pid, signal);
  });
};
