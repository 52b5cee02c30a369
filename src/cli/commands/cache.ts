import type { Register } from '../cli.ts';
import { withExamples } from '../examples.ts';
import { registerLoading } from './cache-loading.ts';
import { registerTemplates } from './cache-templates.ts';

export const register: Register = (parent, bind) => {
  const command = parent.command('cache').description('Context for models, and what keeps their prompt caches warm.');
  registerLoading(command, bind);
  registerTemplates(command, bind);
  withExamples(command, ['prsist cache load', 'prsist cache warm', 'prsist cache templates']);
};
