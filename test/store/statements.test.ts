import Database from 'better-sqlite3';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { positioned } from '../../src/store/positions.ts';
import { Statements } from '../../src/store/statements.ts';

const db = new Database(':memory:');
const statements = new Statements(db);
afterAll(() => db.close());

describe('ST11: a name in SQL is bound by its places', () => {
  it('leaves texts, quoted names and comments as they are', () => {
    const sql = `select ':a' as "b:c", :a as d -- :no\n /* :neither */`;
    expect(positioned(sql)).toEqual({
      sql: `select ':a' as "b:c", ? as d -- :no\n /* :neither */`,
      names: ['a'],
    });
    expect(statements.one(sql, { a: 1 })).toEqual({ 'b:c': ':a', d: 1 });
  });

  it('binds a name at each of its places, and undefined as null', () => {
    expect(statements.one('select :a as x, :b as y, :a as z', { a: 1, b: undefined })).toEqual({
      x: 1,
      y: null,
      z: 1,
    });
  });

  it('says which name is missing', () => {
    expect(() => statements.one('select :here, :gone', { here: 1 })).toThrow(
      new RangeError('Missing named parameter "gone"'),
    );
  });

  it('gives what SQLite gives for names', () => {
    const piece = fc.oneof(
      fc.constantFrom(':a', ':bc', ':a_1', "':a'", "'it''s :a'", '1'),
      fc.string({ maxLength: 6 }).map((text) => `'${text.replaceAll("'", "''").replaceAll('\0', '')}'`),
    );
    const value = fc.oneof(fc.string(), fc.integer(), fc.double({ noNaN: true }), fc.constant(null));
    fc.assert(
      fc.property(
        fc.array(piece, { minLength: 1, maxLength: 6 }),
        fc.record({ a: value, bc: value, a_1: value }),
        (pieces, params) => {
          const sql = `select ${pieces.map((each, n) => `${each} as c${n}`).join(', ')} /* :x */`;
          expect(statements.one(sql, params)).toEqual(db.prepare(sql).get(params));
        },
      ),
    );
  });
});
