import { expect, test } from 'vitest';
import { bodyText, commitment, genesisHead, keyedEntity, nextHead, type RecordBody } from '../../src/core/record.ts';

// The published test vectors of the record format: they may never change.
const ws = '019a3985-b900-7000-8000-000000000001';
const dev = '019a3985-b900-7000-8000-000000000002';
const log = '019a3985-b900-7000-8000-000000000003';
const body =
  '{"actor":{"user":"019a3985-b900-7000-8000-000000000006"},"base":[],"ent":"019a3985-b900-7000-8000-000000000003","fields":{"device":"laptop","project_id":"019a3985-b900-7000-8000-000000000005","store":"project"},"hlc":"019a39b5b1000000","id":"019a3985-b900-7000-8000-000000000004","op":"open","origin":"human","schema":1,"type":"log"}';

test('RE1: the genesis head binds workspace, device and log', () => {
  expect(genesisHead({ ws, dev, log }).toString('hex')).toBe(
    '348cfeab0ee1f858001b824486feb2eab197f8715cbdc26531b859de14afff87',
  );
});

test('RE2: commitment and head of the first record', () => {
  const com = commitment(new Uint8Array(16), body);
  expect(com.toString('hex')).toBe('f9c19d477198448ad28d70b0898b39a62cf459a6ae8da6ce1ad3f6dd80c927a3');
  expect(nextHead(genesisHead({ ws, dev, log }), 1, com).toString('hex')).toBe(
    '97c7c184c85a222b0b8b80e47ae5feeeb769ed6a58fd2138f878ef0b388a7119',
  );
});

test('RE3: a body is written as canonical JSON', () => {
  // parsed from the literal above, so it has the members of a body
  expect(bodyText(JSON.parse(body) as RecordBody)).toBe(body);
});

test('RE4: an entity named by a key has the id of that key', () => {
  const ent = keyedEntity({
    type: 'context',
    key: 'customer_preference_123',
    scope: 'user',
    tenant: 'tenant_456',
    user: 'user_789',
  });
  expect(ent).toBe('fa95e2f1-5236-8321-9433-91ee29171b6e');
});
