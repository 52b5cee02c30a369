import type { Register } from '../cli.ts';
import { withExamples } from '../examples.ts';
import { registerAudit } from './cache-audit.ts';
import { registerPlan } from './cache-plan.ts';

export const register: Register = (parent, bind) => {
  const command = parent
    .command('cache')
    .description('Context for models: what keeps prompt caches warm, what broke them and what that cost.');
  registerAudit(command, bind);
  registerPlan(command, bind);
  withExamples(command, [
    'prsist cache audit --all --since 30d',
    'prsist cache plan --provider anthropic --session 019a3985',
  ]);
};
