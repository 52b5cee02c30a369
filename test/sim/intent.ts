// What somebody means to do to the memory, before anything is known of the device it is done on.
import type { Random } from '../harness/secrets/random.ts';
import { chance, weighted } from './random.ts';

/** What stands under a key is told by its first letter: an object, lines of text, one line, a task. */
export type Shape = 'object' | 'text' | 'line' | 'task';
const shapes: Readonly<Record<string, Shape>> = { o: 'object', t: 'text', l: 'line', k: 'task' };

export type Deed = 'content' | 'title' | 'tag' | 'status' | 'priority' | 'category' | 'layer' | 'retire';

export interface Intent {
  readonly deed: Deed;
  readonly key: string;
  readonly by: 'human' | 'agent';
  /** What exactly, is drawn from this when it is done. */
  readonly seed: number;
}

export function shapeOf(key: string): Shape {
  const shape = shapes[key.charAt(0)];
  if (!shape) throw new Error(`no shape for ${key}`);
  return shape;
}

const shares: Readonly<Record<Shape, Readonly<Partial<Record<Deed, number>>>>> = {
  object: { content: 50, tag: 15, priority: 8, category: 8, layer: 5, retire: 8 },
  text: { content: 60, tag: 15, priority: 5, category: 5, retire: 8 },
  line: { content: 60, tag: 15, priority: 5, category: 5, retire: 8 },
  task: { status: 60, title: 25, priority: 15 },
};

/** Something that may be done to a key. */
export function intentOn(key: string, random: Random): Intent {
  const possible = shares[shapeOf(key)] as Readonly<Record<Deed, number>>; // those it names
  return {
    deed: weighted(random, possible),
    key,
    by: chance(random, 30) ? 'human' : 'agent',
    seed: random.below(2 ** 31),
  };
}
