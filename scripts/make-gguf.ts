// Writes a language model with random weights (GGUF v3, arch llama): it says nothing sensible, and computes like any other.
//   node scripts/make-gguf.ts <file> [--layers 2] [--width 64] [--feed 128] [--heads 4] [--kv-heads 2] [--context 4096] [--seed 1]
import fs from 'node:fs';
import { parseArgs } from 'node:util';

export interface Shape {
  readonly layers: number;
  readonly width: number;
  readonly feed: number;
  readonly heads: number;
  readonly kvHeads: number;
  readonly context: number;
  readonly seed: number;
}

/** A few hundred kilobytes: enough for tests. */
export const tiny: Shape = { layers: 2, width: 64, feed: 128, heads: 4, kvHeads: 2, context: 4096, seed: 1 };

const types = { u32: 4, i32: 5, f32: 6, text: 8, array: 9 } as const;
const tensorTypes = { f32: 0, f16: 1 } as const;
const alignment = 32;
/** Kinds of words: unknown, control and byte ones, and plain. */
const kinds = { normal: 1, unknown: 2, control: 3, byte: 6 } as const;

interface Tensor {
  readonly name: string;
  readonly shape: readonly number[];
  readonly type: keyof typeof tensorTypes;
}

/** Writes a model; returns its bytes. */
export function makeGguf(file: string, shape: Shape): number {
  const words = vocabulary();
  const tensors = tensorsOf(shape, words.length);
  const head = Buffer.concat([
    Buffer.from('GGUF'),
    u32(3),
    u64(tensors.length),
    ...members(shape, words),
    ...places(tensors),
  ]);
  const handle = fs.openSync(file, 'w');
  try {
    fs.writeSync(handle, Buffer.concat([head, padding(head.length)]));
    const random = randomOf(shape.seed);
    for (const tensor of tensors) fs.writeSync(handle, valuesOf(tensor, random));
    return fs.fstatSync(handle).size;
  } finally {
    fs.closeSync(handle);
  }
}

/** One word for each byte, so that a text has about as many tokens as bytes. */
function vocabulary(): readonly { readonly word: string; readonly kind: number }[] {
  const hex = (byte: number) => byte.toString(16).toUpperCase().padStart(2, '0');
  return [
    { word: '<unk>', kind: kinds.unknown },
    { word: '<s>', kind: kinds.control },
    { word: '</s>', kind: kinds.control },
    ...Array.from({ length: 256 }, (_, byte) => ({ word: `<0x${hex(byte)}>`, kind: kinds.byte })),
    { word: '▁', kind: kinds.normal },
  ];
}

function members(shape: Shape, words: ReturnType<typeof vocabulary>): readonly Buffer[] {
  const { layers, width, feed, heads, kvHeads, context } = shape;
  const all = [
    member('general.architecture', types.text, text('llama')),
    member('general.file_type', types.u32, u32(tensorTypes.f16)),
    member('llama.context_length', types.u32, u32(context)),
    member('llama.embedding_length', types.u32, u32(width)),
    member('llama.block_count', types.u32, u32(layers)),
    member('llama.feed_forward_length', types.u32, u32(feed)),
    member('llama.attention.head_count', types.u32, u32(heads)),
    member('llama.attention.head_count_kv', types.u32, u32(kvHeads)),
    member('llama.attention.layer_norm_rms_epsilon', types.f32, f32(1e-5)),
    member('llama.rope.dimension_count', types.u32, u32(width / heads)),
    member('llama.vocab_size', types.u32, u32(words.length)),
    member('tokenizer.ggml.model', types.text, text('llama')),
    list(
      'tokenizer.ggml.tokens',
      types.text,
      words.map(({ word }) => text(word)),
    ),
    list(
      'tokenizer.ggml.scores',
      types.f32,
      words.map(() => f32(0)),
    ),
    list(
      'tokenizer.ggml.token_type',
      types.i32,
      words.map(({ kind }) => u32(kind)),
    ),
    member('tokenizer.ggml.bos_token_id', types.u32, u32(1)),
    member('tokenizer.ggml.eos_token_id', types.u32, u32(2)),
    member('tokenizer.ggml.unknown_token_id', types.u32, u32(0)),
  ];
  return [u64(all.length), ...all];
}

function tensorsOf({ layers, width, feed, heads, kvHeads }: Shape, words: number): readonly Tensor[] {
  const kv = (width / heads) * kvHeads;
  const matrix = (name: string, columns: number, rows: number): Tensor => ({
    ...{ name: `${name}.weight`, shape: [columns, rows], type: 'f16' },
  });
  const norm = (name: string): Tensor => ({ name: `${name}.weight`, shape: [width], type: 'f32' });
  const layer = (n: number) => [
    norm(`blk.${n}.attn_norm`),
    matrix(`blk.${n}.attn_q`, width, width),
    matrix(`blk.${n}.attn_k`, width, kv),
    matrix(`blk.${n}.attn_v`, width, kv),
    matrix(`blk.${n}.attn_output`, width, width),
    norm(`blk.${n}.ffn_norm`),
    matrix(`blk.${n}.ffn_gate`, width, feed),
    matrix(`blk.${n}.ffn_up`, width, feed),
    matrix(`blk.${n}.ffn_down`, feed, width),
  ];
  return [
    matrix('token_embd', width, words),
    ...Array.from({ length: layers }, (_, n) => layer(n)).flat(),
    norm('output_norm'),
    matrix('output', width, words),
  ];
}

/** Name, shape, type and offset of each tensor. */
function places(tensors: readonly Tensor[]): readonly Buffer[] {
  let offset = 0;
  return tensors.flatMap((tensor) => {
    const { name, shape, type } = tensor;
    const place = [text(name), u32(shape.length), ...shape.map(u64), u32(tensorTypes[type]), u64(offset)];
    offset += bytesOf(tensor) + padding(bytesOf(tensor)).length;
    return place;
  });
}

function bytesOf({ shape, type }: Tensor): number {
  return shape.reduce((product, size) => product * size, 1) * (type === 'f32' ? 4 : 2);
}

/** Norms are 1; the others spread so that no layer grows or vanishes. */
function valuesOf(tensor: Tensor, random: () => number): Buffer {
  const count = tensor.shape.reduce((product, size) => product * size, 1);
  const buffer = Buffer.alloc(bytesOf(tensor) + padding(bytesOf(tensor)).length);
  const spread = Math.sqrt(3 / (tensor.shape[0] ?? 1));
  for (let at = 0; at < count; at += 1) {
    if (tensor.type === 'f32') buffer.writeFloatLE(1, 4 * at);
    else buffer.writeUInt16LE(halfOf((2 * random() - 1) * spread), 2 * at);
  }
  return buffer;
}

/** A number in 16 bits, cut; too small ones become 0. */
function halfOf(value: number): number {
  const magnitude = Math.abs(value);
  if (magnitude < 2 ** -14) return 0;
  const exponent = Math.floor(Math.log2(magnitude));
  const mantissa = Math.floor((magnitude / 2 ** exponent - 1) * 1024);
  return (value < 0 ? 0x8000 : 0) | ((exponent + 15) << 10) | mantissa;
}

/** The same numbers for the same seed everywhere (mulberry32). */
function randomOf(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

function member(name: string, type: number, value: Buffer): Buffer {
  return Buffer.concat([text(name), u32(type), value]);
}

function list(name: string, type: number, values: readonly Buffer[]): Buffer {
  return member(name, types.array, Buffer.concat([u32(type), u64(values.length), ...values]));
}

function text(value: string): Buffer {
  const bytes = Buffer.from(value);
  return Buffer.concat([u64(bytes.length), bytes]);
}

function u32(value: number): Buffer {
  const buffer = Buffer.alloc(4);
  buffer.writeUInt32LE(value);
  return buffer;
}

function u64(value: number): Buffer {
  const buffer = Buffer.alloc(8);
  buffer.writeBigUInt64LE(BigInt(value));
  return buffer;
}

function f32(value: number): Buffer {
  const buffer = Buffer.alloc(4);
  buffer.writeFloatLE(value);
  return buffer;
}

function padding(length: number): Buffer {
  return Buffer.alloc((alignment - (length % alignment)) % alignment);
}

if (import.meta.main) {
  const number = { type: 'string' } as const;
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      ...{ layers: number, width: number, feed: number, heads: number },
      ...{ 'kv-heads': number, context: number, seed: number },
    },
  });
  const [file] = positionals;
  if (file === undefined) throw new Error('node scripts/make-gguf.ts <file>');
  const { 'kv-heads': kvHeads, ...rest } = values;
  const given = Object.entries({ ...rest, ...(kvHeads === undefined ? {} : { kvHeads }) });
  const shape: Shape = { ...tiny, ...Object.fromEntries(given.map(([name, value]) => [name, Number(value)])) };
  process.stdout.write(`${JSON.stringify({ file, bytes: makeGguf(file, shape), ...shape })}\n`);
}
