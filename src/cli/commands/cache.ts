import type { Register } from '../cli.ts';
import { withExamples } from '../examples.ts';
import { registerBlocks } from './cache-blocks.ts';

export const register: Register = (parent, bind) => {
  const command = parent
    .command('cache')
    .description('Beginnings of prompts that providers and local engines keep warm.');
  registerBlocks(command, bind);
  withExamples(command, ['prsist cache stats --prefixes', 'prsist cache explain 3f2a91bc']);
};
