import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { prefixChain } from '../../src/core/prefix-chain.ts';

test('PC600: links of a chain by the published rule: SHA-256 of the link before and of the text, 16 bytes', () => {
  const sha = (...parts: (string | Buffer)[]) =>
    parts.reduce((hash, part) => hash.update(part), createHash('sha256')).digest();
  const root = sha('prsist.prefix.v1', '{"render":1}').subarray(0, 16);
  const first = sha(root, sha('rules\n')).subarray(0, 16);
  const second = sha(first, sha('docs\n')).subarray(0, 16);
  const links = prefixChain({ render: 1 }, ['rules\n', 'docs\n']);
  expect(links).toEqual([first.toString('hex'), second.toString('hex')]);
});

test('PC600: two chains have the same links exactly as far as their texts are the same, in the same cuts', () => {
  const texts = fc.array(fc.string({ maxLength: 4 }), { maxLength: 6 });
  const property = fc.property(texts, texts, (one, other) => {
    const [links, others] = [prefixChain({}, one), prefixChain({}, other)];
    let same = 0;
    while (same < one.length && same < other.length && one[same] === other[same]) same += 1;
    expect(links.slice(0, same)).toEqual(others.slice(0, same));
    expect(links.slice(same).filter((link) => others.includes(link))).toEqual([]);
  });
  fc.assert(property);
  expect(prefixChain({ render: 1 }, ['a'])).not.toEqual(prefixChain({ render: 2 }, ['a']));
});
