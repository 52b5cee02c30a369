import { expect, test } from 'vitest';
import { PrsistError } from '../../../src/core/errors.ts';
import { formatPlace, parsePlace } from '../../../src/features/sync/remotes/remote-url.ts';

const around = { home: '/home/ana', directory: '/w/shop' };

test.each([
  ['folder:/mnt/nas/memory', 'folder:/mnt/nas/memory'],
  ['folder:~/Sync/prsist', 'folder:/home/ana/Sync/prsist'],
  ['folder:sync', 'folder:/w/shop/sync'],
  ['folder:/a/../b//c/', 'folder:/b/c'],
  ['folder:/srv/odd.git', 'folder:/srv/odd.git'],
  ['/mnt/nas/memory', 'folder:/mnt/nas/memory'],
  ['~/Sync', 'folder:/home/ana/Sync'],
  ['./sync', 'folder:/w/shop/sync'],
  ['../sync', 'folder:/w/sync'],
  ['git:https://host/me/memory.git', 'git:https://host/me/memory.git'],
  ['https://host/me/memory', 'git:https://host/me/memory'],
  ['git:git@host:me/memory.git', 'git:git@host:me/memory.git'],
  ['git@host:me/memory.git', 'git:git@host:me/memory.git'],
  ['git:box:memory.git', 'git:box:memory.git'],
  ['ssh://git@host:2222/me/memory.git', 'git:ssh://git@host:2222/me/memory.git'],
  ['git://127.0.0.1:9418/x', 'git:git://127.0.0.1:9418/x'],
  ['file:///srv/x.git', 'git:file:///srv/x.git'],
  ['git:/srv/x', 'git:/srv/x'],
  ['git:~/x.git', 'git:/home/ana/x.git'],
  ['/srv/x.git', 'git:/srv/x.git'],
  ['  ~/Sync  ', 'folder:/home/ana/Sync'],
  ['rclone:drive:prsist/ana', 'rclone:drive:prsist/ana'],
  ['rclone:my drive:', 'rclone:my drive:'],
  ['rclone::local:/srv/x', 'rclone::local:/srv/x'],
  ["rclone::webdav,url='http://127.0.0.1:8080':p:q", "rclone::webdav,url='http://127.0.0.1:8080':p:q"],
  ['rclone:s3,region=eu-1:bucket/a', 'rclone:s3,region=eu-1:bucket/a'],
])('RM40: %s is %s, and that again itself', (written, place) => {
  expect(formatPlace(parsePlace(written, around))).toBe(place);
  expect(formatPlace(parsePlace(place, { home: '/elsewhere', directory: '/' }))).toBe(place);
});

test('RM40: where the form leaves it open the person says what it is', () => {
  expect(parsePlace('/srv/x.git', { ...around, kind: 'folder' })).toEqual({ kind: 'folder', at: '/srv/x.git' });
  expect(parsePlace('/srv/x', { ...around, kind: 'git' })).toEqual({ kind: 'git', at: '/srv/x' });
  expect(parsePlace('drive:x', { ...around, kind: 'rclone' })).toEqual({ kind: 'rclone', at: 'drive:x' });
});

test.each([
  'https://ana:hunter2hunter2@host/x.git',
  'https://hunter2hunter2@host/x.git',
  'https://ana:[taken out]@host/x.git', // what is left when secrets were taken out of it
  'http://ana:@host/x.git?private_token=hunter2hunter2',
  'https://host/x.git?private_token=hunter2hunter2',
  'git:ssh://ana:hunter2hunter2@host/x.git',
  'git:ana:hunter2hunter2@host:x.git',
  'rclone::webdav,url=https://host,user=ana,pass=hunter2hunter2:x',
  "rclone::webdav,url='https://ana:hunter2hunter2@host':x",
  'rclone::s3,provider=AWS,secret_access_key="hunter2hunter2":bucket',
  'rclone:drive,token=hunter2hunter2:x',
  "rclone::azureblob,sas_url='https://host/c?sig=hunter2hunter2':c",
  "rclone::http,url='https://host/?x=hunter2hunter2':",
  'rclone::sftp,host=h,key_pem=hunter2hunter2:x',
])('RM41: an address with a secret in it is refused without repeating it', (written) => {
  const { message, hint, code, field } = refusal(written);
  expect([code, field]).toEqual(['input/invalid', 'url']);
  expect(message + hint).not.toContain('hunter2');
  expect(hint).toMatch(/credential|rclone config/);
});

test.each([
  ...[
    ['', 'path or address|neither'],
    ['git:', 'path or address'],
    ['rclone:', 'path or address'],
    ['rclone:drive', 'no remote of rclone'],
    ['rclone:/srv/x', 'no remote of rclone'],
    ['rclone:--config=x:y', 'no remote of rclone'],
    ['rclone:c:/x', 'path of this machine'],
    ['folder:', 'path or address'],
    ['memory', 'neither'],
  ],
  ...[
    ['hub:https://h', 'hub'],
    ['s3://bucket/x', 'rclone'],
    ['dropbox:x', 'rclone'],
  ],
  ...[
    ['git:ext::sh -c "touch /tmp/x"', 'not allowed'],
    ['git:--upload-pack=x', 'begin with'],
    ['ext::x', 'neither'],
  ],
  ...[
    ['git:ftp://host/x', 'not allowed'],
    ['/a\nb', 'no path'],
    [`/${'a'.repeat(3_000)}`, 'no path'],
    ['https://', 'address'],
  ],
])('RM42: %j cannot be used, and why is said', (written, why) => {
  expect(refusal(written).message).toMatch(new RegExp(why));
  expect(refusal(written).hint.length).toBeGreaterThan(8);
});

function refusal(written: string): PrsistError {
  try {
    parsePlace(written, around);
  } catch (error) {
    if (error instanceof PrsistError) return error;
  }
  throw new Error(`${written} was taken`);
}
