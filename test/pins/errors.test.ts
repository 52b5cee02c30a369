import { expect, test } from 'vitest';
import { errorBody, errorFromBody, errorTable, PrsistError } from '../../src/core/errors.ts';

// The expected side is a literal: scripts go by these numbers.
const rows = `
input/invalid 400 2
input/encoding 400 2
input/media-type 415 2
project/required 400 1
project/not-found 404 1
config/invalid 400 78
auth/missing 401 77
auth/refused 403 77
entry/not-found 404 1
session/not-found 404 1
session/ambiguous 400 2
session/other-owner 409 1
session/closed 409 1
task/not-found 404 1
handoff/not-found 404 1
handoff/taken 409 1
token/not-found 404 1
package/unreadable 400 1
package/locked 403 77
package/newer 426 69
package/not-found 404 1
template/not-found 404 1
entry/version-conflict 409 1
entry/would-demote 409 1
document/not-found 404 1
document/unsupported 400 1
document/broken 400 1
provider/unknown 404 1
model/unknown 404 1
conflict/not-found 404 1
conflict/settled 409 1
context/over-window 413 1
job/not-found 404 1
tensor/off 409 1
tensor/paused 503 75
tensor/mismatch 409 1
tensor/not-found 404 1
engine/unavailable 503 69 retry
engine/failed 502 1
remote/rolled-back 409 1
remote/tampered 409 1
remote/newer-format 426 69
workspace/mismatch 409 1
key/missing 424 1
key/mismatch 409 1
device/not-found 404 1
device/refused 409 1
invite/expired 409 1
recovery/wrong-words 400 2
route/unknown 404 2
request/key-reused 409 1
limit/too-large 413 1
file/unreadable 400 1
file/not-ours 409 77
daemon/unavailable 503 69 retry
daemon/wedged 503 69 retry
daemon/version-skew 426 69
daemon/busy 503 75 retry
daemon/draining 503 75 retry
store/locked 503 75 retry
store/newer-schema 503 69
store/corrupt 500 1
backup/foreign 409 1
store/network-disk 500 78
store/unsafe-mode 500 77
disk/full 507 75 retry
disk/failed 500 75 retry
disk/read-only 507 77
remote/not-found 404 1
remote/offline 503 75 retry
remote/auth 401 77
remote/full 507 75 retry
remote/read-only 403 77
internal 500 70
`;

test('PN1: code, status, exit and retry of every error', () => {
  const lines = Object.entries(errorTable).map(([code, { status, exit, retry }]) =>
    [code, status, exit, ...(retry ? ['retry'] : [])].join(' '),
  );
  expect(lines.sort()).toEqual(rows.trim().split('\n').sort());
  expect(Object.values(errorTable).filter(({ hint }) => hint.length < 3)).toEqual([]);
});

test('PN1: an error travels in this form, and a code of a later version is told by its name', () => {
  const body = errorBody(new PrsistError('disk/full', 'no space', { field: 'a.b', retryMs: 5, details: { x: 1 } }));
  expect(body).toEqual({
    ...{ code: 'disk/full', message: 'no space', field: 'a.b', retry_ms: 5, details: { x: 1 } },
    hint: 'free some space: nothing captured is lost, it waits in the spool',
  });
  expect(errorBody(errorFromBody(body))).toEqual(body);
  const later = errorFromBody({ code: 'later/kind', message: 'm', hint: 'h' });
  expect(later).toMatchObject({ code: 'internal', message: 'later/kind: m', hint: 'h' });
  expect(errorFromBody({ code: 'toString', message: 'm', hint: 'h' }).code).toBe('internal');
});
