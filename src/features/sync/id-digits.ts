import { idBytes } from '../../core/ids.ts';

const alphabet = 'abcdefghijklmnopqrstuvwxyz234567';
const form = /^[a-z2-7]{26}$/;

/** A UUID as names of objects hold it: 26 lower-case base32 digits (RFC 4648), the same on every file system. */
export function idDigits(id: string): string {
  let bits = BigInt(`0x${Buffer.from(idBytes(id)).toString('hex')}`) << 2n; // 130 bits fill 26 digits
  let name = '';
  for (let i = 0; i < 26; i += 1) {
    name = `${alphabet[Number(bits & 31n)]}${name}`;
    bits >>= 5n;
  }
  return name;
}

/** The UUID that a name stands for; undefined for what no UUID is named. */
export function digitsId(name: string): string | undefined {
  if (!form.test(name)) return undefined;
  const bits = [...name].reduce((sum, digit) => (sum << 5n) | BigInt(alphabet.indexOf(digit)), 0n);
  if ((bits & 3n) !== 0n) return undefined; // a second spelling of the same id
  const hex = (bits >> 2n).toString(16).padStart(32, '0');
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}
