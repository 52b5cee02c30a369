import { createHash } from 'node:crypto';
import fs from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { canonical } from '../../src/core/canonical.ts';
import type { Operation } from '../../src/core/operation.ts';
import { applicationId, productVersion, protocol } from '../../src/core/protocol.ts';
import { operations } from '../../src/features/operations.ts';

// The expected side is a literal. A line that no longer fits is a question: can a client of yesterday still ask, and read
// the answer? Yes (a member more that may be left out, one more in the reply): take over the new line. No: raise the
// protocol as well. Bounds that JSON Schema cannot say (bytes of UTF-8) are pinned where they are tested.
const pinnedProtocol = 1;
const pinned = `
bank.export job project - fa36a3999328
bank.import job project - fa36a3999328
bank.sync job project - fa36a3999328
brief.get read project settled 8698de064f02
capture.event read user - 1ce86007b248
capture.import job project - 1180bc4a77ea
capture.status read project - 39ad56f384c8
config.explain read user - 5fce1128806e
context.delete write project - 41f19f4c38fc
context.list read project - b6e44fbbcd41
context.retrieve read project - 13aa2aa0ae33
context.search read project - f577abfb79e8
context.store write project - faae65868d30
document.delete write project - 477c19a5e9e4
document.get read project - 8e12ae68d0d1
document.history read project - 71b9c509ea83
document.import job project - 95ba3d2f4d6c
document.list read project - 1a9cd6314c56
document.put write project - deea2119eb50
document.restore write project - 50397f3f689e
job.cancel read user - 5c9c19f09271
job.show read user - 0257e46d6bfa
project.init job user - 04de3afa8b97
project.list read user - 1e5c23727728
project.show read project - f4bf9f35acd3
project.uninstall job user - e079341e53eb
search.query read project - a4cb6194c439
session.accept write project settled 0f994b7e15b5
session.context read project settled 7f5c28ca8e8d
session.decline write project - da15d0bb2f1d
session.end write project - 1c341f1b9807
session.handoff write project settled dec04124a8b2
session.handoffs read project - 2a07e79ddd4d
session.list read project - 3be5999319a8
session.message write project - ed713963ddcd
session.messages read project - 7ebde3cd91db
session.resume write project settled 292733b45de1
session.show read project - 0bca60c08916
session.start write project - abbe8c4cf43b
store.rebuild job project - ac995ec3ff9d
store.verify job project - 08bdd0b81dc1
system.drain read user - 1f72423890a6
system.health read user - 7a026d584365
task.add write project - bb262fea8a99
task.list read project - 2b38a7f6a54f
task.update write project - cdc6f8c95964
`;

function lineOf([name, operation]: readonly [string, Operation]): string {
  const { effect, on, when, input, output } = operation;
  const shapes = { input: z.toJSONSchema(input, { io: 'input' }), output: z.toJSONSchema(output, { io: 'output' }) };
  const hash = createHash('sha256').update(canonical(shapes)).digest('hex').slice(0, 12);
  return [name, effect, on ?? 'project', when ?? '-', hash].join(' ');
}

test('PN2: names, effects and shapes of all operations are those of this protocol', () => {
  const lines = Object.entries(operations).map(lineOf).sort();
  expect(protocol, 'raised on purpose: take the new number and all lines over').toBe(pinnedProtocol);
  expect(lines, 'raise protocol, or add without breaking: see the note above').toEqual(pinned.trim().split('\n'));
});

test('PN3: version and mark of our databases', () => {
  const manifest = JSON.parse(fs.readFileSync(join(import.meta.dirname, '../../package.json'), 'utf8'));
  expect(productVersion).toBe(manifest.version);
  expect(applicationId).toBe(0x70727374); // 'prst'
});
