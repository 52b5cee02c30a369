import fs from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { quantise } from '../../../../src/core/quantise.ts';
import { fillSome } from '../../../../src/features/search/meaning/filling.ts';
import { servingModel } from '../../../../src/features/search/meaning/models.ts';
import { cosines, countsOfModel, nearest } from '../../../../src/features/search/meaning/vectors.ts';
import { digest } from '../../../../src/store/digest.ts';
import { openReader } from '../../../../src/store/reader.ts';
import { rebuild } from '../../../../src/store/rebuild.ts';
import { embedderServer, hashedVector } from './embedder-server.ts';
import { settingFor, VectorWorld } from './world.ts';

let world: VectorWorld;
beforeEach(async () => {
  world = new VectorWorld(await embedderServer());
});
afterEach(() => {
  if (world.store.db.open) world.store.close();
});

const numbers = (count: number) =>
  Array.from({ length: count }, (_, i) => `number ${'abcdefghij'[i % 10]}${i} of many`);

describe('vectors of what can be found', () => {
  it('VE10: the nearest come first, hidden ones not at all', async () => {
    await world.say('red green blue');
    await world.say('red yellow');
    const hidden = await world.say('red green');
    await world.say('something else entirely');
    await world.fill();
    expect((await world.found('red green')).slice(0, 2)).toEqual(['red green', 'red green blue']);
    await world.hide(hidden);
    const [first] = await world.found('red green');
    expect(first).toBe('red green blue');
    expect(await world.found('red green')).toHaveLength(3);
  });

  it('VE10: cosines are those of the vectors, for the items that have one', async () => {
    await world.say(['red green', 'blue']);
    await world.fill();
    await world.say('not yet');
    const question = await world.question('red');
    const found = cosines(world.store.read, question, [1, 2, 3, 77]);
    const exact = (text: string) => {
      const [a, b] = [hashedVector('small red', 64), hashedVector(`small ${text}`, 64)];
      const dot = (x: number[], y: number[]) => x.reduce((sum, value, i) => sum + value * (y[i] ?? 0), 0);
      return dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b));
    };
    expect([...found.keys()]).toEqual([1, 2]);
    expect(found.get(1)).toBeCloseTo(exact('red green'), 2);
    expect(found.get(2)).toBeCloseTo(exact('blue'), 2);
    expect(cosines(world.store.read, { ...question, model: 'another' }, [1, 2]).size).toBe(0);
    expect(nearest(world.store.read, { ...question, vector: Float32Array.of(1, 2) })).toEqual([]);
  });

  it('VE10: a connection that only reads, beside the one that writes, finds the same', async () => {
    for (const text of numbers(9)) await world.say(text);
    await world.fill();
    const question = await world.question('number c2');
    const reader = openReader(world.store.settings.file);
    expect(nearest(reader.read, question)).toEqual(nearest(world.store.read, question));
    expect(cosines(reader.read, question, [1, 5])).toEqual(cosines(world.store.read, question, [1, 5]));
    expect(nearest(reader.read, question)).toHaveLength(9);
    reader.close();
  });

  it('VE11: equal texts are sent once, tools not at all unless they are wanted', async () => {
    for (let i = 0; i < 3; i++) await world.say('the same words');
    await world.say('output of a tool', { kind: 'tool' });
    await world.say('a value', { kind: 'entry' });
    await world.fill();
    expect(world.server.texts).toEqual(['the same words', 'the key\na value']);
    expect((await world.found('the same words')).slice(0, 3)).toEqual(Array(3).fill('the same words'));
  });

  it('VE11: requests hold so many texts, and so many are under way', async () => {
    for (const text of numbers(19)) await world.say(text);
    let [open, most] = [0, 0];
    world.server.mishap = () => {
      most = Math.max(most, ++open);
      setTimeout(() => open--, 15);
      return { slowMs: 20 };
    };
    await world.fill({ batch: 4, requests: 2 });
    expect(world.server.heard.map(({ body }) => (body['input'] as string[]).length)).toEqual([4, 4, 4, 4, 3]);
    expect(most).toBe(2);
  });

  it('VE12: a change sends the text anew, and what it was is compared no more', async () => {
    const ent = await world.say('red green');
    await world.fill();
    await world.say('purple', { ent });
    expect(nearest(world.store.read, await world.question('red green'))).toEqual([]);
    await world.fill();
    expect(await world.found('purple')).toEqual(['purple']);
    expect(world.rows('select * from vector_text')).toHaveLength(1);
    expect(world.rows('select text_id from search_vec_1')).toHaveLength(1);
  });

  it('VE12: a change while its text is being sent is sent as well', async () => {
    const ent = await world.say('red green');
    world.server.mishap = () => ({ slowMs: 80 });
    const filling = (async () => {
      await fillSome(world.filling());
      await fillSome(world.filling());
    })();
    while (world.server.heard.length === 0) await wait(5);
    await world.say('purple', { ent });
    await filling;
    world.server.mishap = () => undefined;
    await world.fill();
    expect(world.server.texts).toEqual(['red green', 'purple']);
    expect(await world.found('purple')).toEqual(['purple']);
    expect(world.rows('select text_id from search_vec_1')).toHaveLength(1);
  });

  it('VE12: parts that are gone take their vectors along', async () => {
    const ent = await world.say(['one', 'two', 'three']);
    await world.say('one', { ent: await world.say('four') });
    await world.fill();
    await world.say('one', { ent });
    await world.fill();
    expect(world.rows('select text_id from search_vec_1')).toHaveLength(1);
    expect(await world.found('one')).toEqual(['one', 'one']);
  });

  it('VE13: computed again from the log, nothing is sent again, and every item has its own', async () => {
    for (const text of numbers(12)) await world.say(text);
    await world.say('number f5 of many', { ent: await world.say('short lived') });
    await world.fill();
    const [sent, before] = [world.server.texts.length, await world.found('number c2 of many')];
    const whole = digest(world.store);
    const triggers = world.rows("select name, sql from sqlite_schema where type = 'trigger' order by name");
    rebuild(world.store);
    expect(world.rows("select name, sql from sqlite_schema where type = 'trigger' order by name")).toEqual(triggers);
    expect(world.rows('select 1 from vector_item where stale = 0')).toEqual([]);
    await world.fill();
    expect(world.server.texts.slice(sent)).toEqual(['number c2 of many']); // the question alone
    expect((await world.found('number c2 of many'))[0]).toBe(before[0]);
    expect(digest(world.store)).toEqual(whole);
  });

  it('VE14: a killed backfill goes on where it was, and asks for one round again at most', async () => {
    for (const text of numbers(40)) await world.say(text);
    const ended = new AbortController();
    let answers = 0;
    world.server.mishap = () => {
      answers += 1;
      if (answers === 6) ended.abort();
      return undefined;
    };
    await expect(world.fill({ signal: ended.signal })).rejects.toMatchObject({ fault: 'away' });
    world.server.mishap = () => undefined;
    world.reopen();
    await world.fill();
    expect(world.server.texts.length).toBeLessThanOrEqual(40 + 8);
    expect(new Set(world.server.texts).size).toBe(40);
    expect(world.rows('select text_id from search_vec_1')).toHaveLength(40);
    expect(
      countsOfModel(world.store.read, world.rows<{ name: string }>('select name from vector_model')[0]?.name ?? ''),
    ).toEqual({ texts: 40, done: 40, skipped: 0 });
  });

  it('VE15: a text the model refuses is sent shorter, and left out at last; the others are not', async () => {
    const long = 'word '.repeat(600);
    for (const text of ['one', long, 'two', 'poison', 'three']) await world.say(text);
    world.server.mishap = ({ body }) =>
      (body['input'] as string[]).some((text) => text.length > 1_000 || text === 'poison')
        ? { status: 400 }
        : undefined;
    await world.fill();
    expect(world.rows('select skipped from vector_model')).toEqual([{ skipped: 1 }]);
    expect(world.rows('select text_id from search_vec_1')).toHaveLength(4);
    expect((await world.found('word'))[0]).toBe(long);
  });

  it('VE15: refused from the first text on, the embedder is at fault and nothing is passed over', async () => {
    for (const text of numbers(3)) await world.say(text);
    world.server.mishap = () => ({ status: 400 });
    await expect(world.fill()).rejects.toMatchObject({ fault: 'unusable' });
    world.server.mishap = () => undefined;
    await world.fill();
    expect(await world.found('number')).toHaveLength(3);
  });

  it('VE15: other dimensions than before are a fault, and change nothing', async () => {
    await world.say('one');
    await world.fill();
    await world.say('two');
    world.server.dims = 32;
    await expect(world.fill()).rejects.toMatchObject({
      fault: 'unusable',
      message: '32 numbers in a vector where there were 64 before',
    });
    world.server.dims = 64;
    await world.fill();
    expect((await world.found('two'))[0]).toBe('two');
  });
});

describe('another model', () => {
  it('VE16: answers when it has all, and until then the old one does', async () => {
    for (const text of numbers(20)) await world.say(text);
    await world.fill();
    const served = () => servingModel(world.store.read, settingFor(world.server, { model: 'large' }))?.name;
    for (let i = 0; i < 2; i++) await fillSome(world.filling({ model: 'large' }));
    expect(world.tables()).toEqual(['search_vec_1', 'search_vec_2']);
    expect(JSON.parse(served() ?? '')).toMatchObject({ model: 'small' });
    expect(await world.found('number a0 of many')).toHaveLength(20);
    await world.fill({ model: 'large' });
    expect(JSON.parse(served() ?? '')).toMatchObject({ model: 'large' });
    expect(world.tables()).toEqual(['search_vec_2']);
    expect(await world.found('number', { model: 'large' })).toHaveLength(20);
  });

  it('VE16: from another address the new one answers with what it has', async () => {
    for (const text of numbers(20)) await world.say(text);
    await world.fill();
    const other = await embedderServer();
    const moved = { model: 'large', url: other.url };
    for (let i = 0; i < 2; i++) await fillSome(world.filling(moved));
    expect(JSON.parse(servingModel(world.store.read, settingFor(world.server, moved))?.name ?? '')).toMatchObject({
      model: 'large',
    });
    expect(nearest(world.store.read, await world.question('number', { model: 'large' }))).toHaveLength(16);
  });

  it('VE16: the same model at another address keeps its vectors; another prefix does not', async () => {
    await world.say('one');
    await world.fill();
    const other = await embedderServer();
    await world.fill({ url: other.url });
    expect(other.texts).toEqual([]);
    await world.fill({ prefix: { query: '', document: 'passage: ' } });
    expect(world.server.texts).toEqual(['one', 'passage: one']);
  });
});

describe('erasing', () => {
  const secret = () => Buffer.from(quantise(Float32Array.from(hashedVector('small the secret', 64))).bytes);
  const file = () => {
    world.store.fold();
    return fs.readFileSync(world.store.settings.file);
  };

  it('VE17: leaves no vector of what was erased, in the same transaction', async () => {
    const ent = await world.say('the secret');
    await world.say('the rest');
    await world.fill();
    expect(file().includes(secret())).toBe(true);
    await world.erase(ent);
    expect(world.rows('select text_id from search_vec_1')).toHaveLength(1);
    expect(world.rows('select hash from vector_text')).toHaveLength(1);
    expect(file().includes(secret())).toBe(false);
  });

  it('VE17: a text that somebody else says stays', async () => {
    const ent = await world.say('the secret');
    await world.say('the secret');
    await world.fill();
    await world.erase(ent);
    expect(await world.found('the secret')).toEqual(['the secret']);
  });

  it('VE17: an answer that comes after it is not kept', async () => {
    const ent = await world.say('the secret');
    world.server.mishap = () => ({ slowMs: 80 });
    await fillSome(world.filling());
    const asked = fillSome(world.filling());
    await wait(30);
    await world.erase(ent);
    await asked;
    expect(world.rows('select text_id from search_vec_1')).toEqual([]);
    expect(file().includes(secret())).toBe(false);
  });

  it('VE17: after a rebuild, before items are linked again, it leaves nothing either', async () => {
    await world.say('first');
    const ent = await world.say('the secret');
    await world.fill();
    rebuild(world.store);
    await world.erase(ent);
    expect(file().includes(secret())).toBe(false);
    await world.fill();
    expect(await world.found('first')).toEqual(['first']);
  });
});
