// The product as another version of it would be: the same sources with another protocol number, built into a place of its own.
import fs from 'node:fs';
import { join, resolve } from 'node:path';
import { build, type Plugin } from 'esbuild';
import { cliOptions, daemonOptions } from '../../scripts/build.ts';

const root = resolve(import.meta.dirname, '../..');

export interface Product {
  readonly protocol: number;
  readonly command: string;
  readonly daemon: string;
}

/** Builds it below a directory. Needs `npm run build` for what does not differ. */
export async function productOf(directory: string, protocol: number): Promise<Product> {
  const place = join(directory, `protocol-${protocol}`);
  for (const part of ['bin', 'hooks', 'config', 'package.json']) {
    fs.cpSync(join(root, part), join(place, part), { recursive: true });
  }
  fs.symlinkSync(join(root, 'node_modules'), join(place, 'node_modules'));
  const built = join(place, 'bin', 'built');
  for (const options of [cliOptions(join(built, 'cli.cjs')), daemonOptions(join(built, 'daemon.mjs'))]) {
    await build({ ...options, plugins: [...(options.plugins ?? []), speaking(protocol)], metafile: false });
  }
  return { protocol, command: join(place, 'bin', 'prsist'), daemon: join(place, 'bin', 'prsist-daemon') };
}

function speaking(protocol: number): Plugin {
  return {
    name: 'speaking',
    setup(builder) {
      builder.onLoad({ filter: /core\/protocol\.ts$/ }, async ({ path }) => {
        const text = await fs.promises.readFile(path, 'utf8');
        const changed = text.replace(/export const protocol = \d+;/, `export const protocol = ${protocol};`);
        if (changed === text && protocol !== 1) throw new Error('the protocol stands elsewhere now');
        return { contents: changed, loader: 'ts' };
      });
    },
  };
}
