import type { Register } from '../cli.ts';
import { withExamples } from '../examples.ts';
import { registerTensors } from './cache-tensors.ts';

export const register: Register = (parent, bind) => {
  const command = parent.command('cache').description('Context for models, and what keeps their prompt caches warm.');
  registerTensors(command, bind);
  withExamples(command, ['prsist cache tensors list']);
};
