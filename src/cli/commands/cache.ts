import type { Register } from '../cli.ts';
import { withExamples } from '../examples.ts';
import { registerAudit } from './cache-audit.ts';

export const register: Register = (parent, bind) => {
  const command = parent.command('cache').description("Providers' prompt caches: what agents read from them.");
  registerAudit(command, bind);
  withExamples(command, ['prsist cache audit', 'prsist cache audit --all --since 30d']);
};
