// The contract of remotes over the installed rclone: a directory of this disk, and WebDAV that rclone serves on loopback.
import { describe, test } from 'vitest';
import { hasRclone, rcloneFolderPlace, webdavPlace } from '../features/sync/rclone-places.ts';
import { remoteContract } from '../features/sync/remote-contract.ts';

describe.runIf(hasRclone)('rclone', () => {
  remoteContract('rclone, a directory of this disk', rcloneFolderPlace);
  remoteContract('rclone, WebDAV', webdavPlace);
});
test.runIf(!hasRclone)('RM90: skipped, since rclone is not installed', (context) =>
  context.skip('rclone is not installed'),
);
