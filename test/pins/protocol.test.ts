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
activity.heartbeat write project - c4bf7fa1bbfa
activity.list read project - 206bf0df5d78
activity.summary read project settled f6976b56f9c5
bank.export job project - fa36a3999328
bank.import job project - fa36a3999328
bank.sync job project - fa36a3999328
batch.run write project - e27059ca0ee6
brief.get read project settled 1282eb3a4736
cache.audit read project settled 3b0f088a7786
cache.clear job project - 55614688ab26
cache.evict job user - 8d9f41f24a6c
cache.explain read project settled 9ed212ddedf5
cache.load read project settled fc08420560ea
cache.plan read project settled f31977da6526
cache.stats read project - 623f45ebe6c6
cache.templates read user - 6c99d54c2cee
cache.warm read project settled b6b062f2bb3d
capture.event read user - 1ce86007b248
capture.import job project - 9130d5e9fff4
capture.pause write user - 97fefe99ceb8
capture.redact read project - be09096d88d0
capture.status read project - 18d95d43c782
capture.unpause write user - 071b6ef9c00e
config.check read user - 28cd324fedc8
config.explain read user - 259ae26a8660
config.get read user - cf4ae36693b7
config.schema read user - a4cbb50635c6
config.set write user - 2b1a75634bdd
conflict.list read project - 826f7ad1e7a7
conflict.resolve write project - 99ed75868eca
conflict.show read project - 07543b58c8bb
context.delete write project - df9dc7f5ed29
context.feedback write project - 6795fdf40e18
context.history read project - 6b4e13ec97bc
context.link write project - 33da255363a3
context.list read project - d3df7cf4e022
context.restore write project - 3c005d6f91d7
context.retrieve read project - c6fec9e6d5e9
context.search read project - 94dd62fbc999
context.store write project - 7a8451f0c5fe
context.tag write project - 5f241d0c6f63
context.trust write project - 1628a617cb1d
device.admit write user - ae2f7c35866f
device.asking write user - f34093fecac0
device.cancel write user - 9e55fd2c7c9b
device.invite write user - 2a52b49117c8
device.join write user - f52ff1ad2ec3
device.joined write user - e0b23fbe4958
device.list read user - 35c7fde89755
device.rename write user - 745b906a7f9e
device.revoke write user - a51248e2c896
document.delete write project - 477c19a5e9e4
document.get read project - 8e12ae68d0d1
document.history read project - 71b9c509ea83
document.import job project - 95ba3d2f4d6c
document.list read project - 1a9cd6314c56
document.put write project - deea2119eb50
document.restore write project - 50397f3f689e
document.trust write project - d24a014b5827
hygiene.get read project - 602b5670bbc1
job.cancel read user - 5c9c19f09271
job.list read user - c9803f02f2fe
job.show read user - 0257e46d6bfa
package.export job project - 6625f69fa8cf
package.import job project - 69b4eacff332
package.list read project - 2d5b04b37694
project.decline write user - f57ca9700fad
project.init job user - 73e190a6084a
project.link job user - 9941a5b3455b
project.list read user - 1e5c23727728
project.remove job user - 6287d8cb02d4
project.rename write user - 8f99ee4e137a
project.show read project - f4bf9f35acd3
project.uninstall job user - e079341e53eb
project.unlisted read user - 55167d69a47e
recovery.confirm write user - 8463da43ed9e
recovery.create write user - 7bcc3103926d
recovery.join write user - 083c1b7ab413
recovery.test write user - 8463da43ed9e
remote.add write user - 211cdf5f06d1
remote.list read user - 96db3d7ffe27
remote.remove write user - 007dda5c2637
remote.test write user - 046ad05ce810
search.query read project - 1c659ca2322f
session.accept write project settled d3a8eaf4d531
session.blame read project settled 41829142a6b9
session.compact write project settled d353a0471d88
session.context read project settled a3ab61303a76
session.decline write project - 425b33413a8b
session.end write project - 04fde5169504
session.export job project settled 9b4684181023
session.handoff write project settled ac65cc27ea8f
session.handoffs read project - b8d9b3b652a0
session.list read project - 7bae6d684ee1
session.message write project - 18e231b5d910
session.messages read project - 8d90d7adf428
session.put write project - 877066ea1d43
session.resume write project settled e8d52c5094a1
session.show read project - 6432cd2bd47c
session.start write project - e71c2ce7241a
stats.disk read user - 3176a9a28591
stats.get read project - 84820d607f3f
stats.today read project settled d4d118880d14
stats.usage read project settled 0d74273a45df
store.backup job project - dada1f3a3827
store.backups read user - 065f1307f994
store.compact job project - a166bfffa781
store.erase write project settled 79a53e27fd93
store.erasures read project - d7ec70fd6d71
store.rebuild job project - ac995ec3ff9d
store.restore job user - b54206c436f0
store.verify job project - 08bdd0b81dc1
sync.preview read user - e8998c35eb51
sync.run job user - 7ca3ddb7b854
sync.status read user - 10b382baa81a
sync.verify job user - 7593991589e4
system.doctor job user - 00ef7bc9f41c
system.drain read user - 1f72423890a6
system.health read user - 2174b3a2fe09
system.setup job user - 41314cd785ff
task.add write project - 0cf8e43f4673
task.list read project - 39ddfaaf1dd7
task.update write project - 2ec6835096b1
tensor.adopt write user - 337c146bcd80
tensor.drop write user - e58e2274a9d6
tensor.failed write user - 417465c2303a
tensor.find read user - 8a3cec8e8796
tensor.list read user - 2bbec407eba4
tensor.place read user - 003f07b1efc7
tensor.verify job user - a166bfffa781
token.list read user - 9b6368bcdd0f
token.new write user - 72e3c1fd2498
token.revoke write user - b1e09791794d
trust.list read project - ed5a24041880
trust.revert write project - 96fa50824f22
vectors.forget job user - a166bfffa781
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
