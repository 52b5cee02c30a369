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
batch.run write project - e27059ca0ee6
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
job.cancel read user - 5c9c19f09271
job.list read user - c9803f02f2fe
job.show read user - 0257e46d6bfa
project.init job user - 04de3afa8b97
project.list read user - 1e5c23727728
project.show read project - f4bf9f35acd3
project.uninstall job user - e079341e53eb
search.query read project - 415a3136271c
session.accept write project settled c90cd2316b45
session.compact write project settled d353a0471d88
session.context read project settled a3ab61303a76
session.decline write project - 425b33413a8b
session.end write project - 04fde5169504
session.export job project settled 9b4684181023
session.handoff write project settled 698dedb3369f
session.handoffs read project - b8d9b3b652a0
session.list read project - 7bae6d684ee1
session.message write project - 18a40d2b761a
session.messages read project - ac14a2cce2c4
session.put write project - 877066ea1d43
session.resume write project settled e8d52c5094a1
session.show read project - 98558df2ffdd
session.start write project - e71c2ce7241a
store.rebuild job project - ac995ec3ff9d
store.verify job project - 08bdd0b81dc1
system.drain read user - 1f72423890a6
system.health read user - 5745e9612453
task.add write project - 0cf8e43f4673
task.list read project - 39ddfaaf1dd7
task.update write project - 2ec6835096b1
token.list read user - 9b6368bcdd0f
token.new write user - 72e3c1fd2498
token.revoke write user - b1e09791794d
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
