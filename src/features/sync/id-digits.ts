import { idBytes } from '../../core/ids.ts';

const alphabet = 'abcdefghijklmnopqrstuvwxyz234567';
const form = /^[a-z2-7]{26}$/;

/** A UUID as names of objects hold it: 26 lower-case base32 digits (RFC 4648), the same on every file system. */
export function idDigits(id: string): string {
  let name = '';
  let [bits, count] = [0, 0];
  for (const byte of idBytes(id)) {
    bits = (bits << 8) | byte;
    for (count += 8; count >= 5; count -= 5) name += alphabet[(bits >> (count - 5)) & 31];
    bits &= 31; // those that no digit has said yet: four at most
  }
  return name + alphabet[(bits << 2) & 31]; // 130 bits fill 26 digits
}

/** The UUID that a name stands for; undefined for what no UUID is named. */
export function digitsId(name: string): string | undefined {
  if (!form.test(name)) return undefined;
  const bytes = Buffer.alloc(16);
  let [bits, count, at] = [0, 0, 0];
  for (const digit of name) {
    bits = (bits << 5) | alphabet.indexOf(digit);
    count += 5;
    if (count < 8) continue;
    count -= 8;
    bytes[at] = bits >> count;
    bits &= (1 << count) - 1;
    at += 1;
  }
  if (bits !== 0) return undefined; // a second spelling of the same id
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}
