import type { Register } from '../cli.ts';
import { withExamples } from '../examples.ts';
import { registerPlan } from './cache-plan.ts';

export const register: Register = (parent, bind) => {
  const command = parent.command('cache').description('Context for models, and what keeps their prompt caches warm.');
  registerPlan(command, bind);
  withExamples(command, ['prsist cache plan --provider anthropic --session 019a3985']);
};
