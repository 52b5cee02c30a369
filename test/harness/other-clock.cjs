// Loaded into a Node of a test (NODE_OPTIONS=--require): its clock is off by the milliseconds that stand in a file, from the
// moment in which they are written there. Durations go on as they are: a clock that is set leaves those alone too.
'use strict';
const fs = require('node:fs');

const file = process.env.PRSIST_TEST_CLOCK_FILE;
const real = Date.now;
let [offset, readAt] = [0, Number.NEGATIVE_INFINITY];

function currentOffset() {
  if (performance.now() - readAt < 20) return offset;
  readAt = performance.now();
  offset = Number(fs.readFileSync(file, 'utf8'));
  return offset;
}

Date.now = () => real() + currentOffset();
