/** What a writer process puts under a name: 256 KiB that anybody can make again. */
export function writerBytes(name: string): Buffer {
  return Buffer.alloc(256 * 1024, `${name} `);
}
