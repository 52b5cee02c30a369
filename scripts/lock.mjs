// Run after every change of the lock file (`npm install` drops the line again, `npm ci` never touches it).
// better-sqlite3 brings its prebuilt binary and says "gypfile": false in its own description; a lock entry does not
// keep that word, and npm 10 would then call node-gyp, which needs Python and a compiler.
import fs from 'node:fs';

const file = 'package-lock.json';
const lock = JSON.parse(fs.readFileSync(file, 'utf8'));
lock.packages['node_modules/better-sqlite3'].gypfile = false;
fs.writeFileSync(file, `${JSON.stringify(lock, null, 2)}\n`);
