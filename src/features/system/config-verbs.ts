import { configJsonSchema } from '../../config/json-schema.ts';
import { PrsistError } from '../../core/errors.ts';
import type { Parsed, Reply } from '../../core/operation.ts';
import type { Write } from '../../store/record-type.ts';
import type { Context } from '../feature.ts';
import type { configContract } from './config-contract.ts';
import type { ConfigView } from './config-needs.ts';

type Operations = typeof configContract;
type Set = Operations['config.set'];

/** The verbs of `config.*`. */
export function configVerbs(config: ConfigView) {
  return {
    'config.explain': (_: Context, { key, project }: Parsed<Operations['config.explain']>) => ({
      items: config.explain(key, project),
    }),
    'config.get': (_: Context, { key, project }: Parsed<Operations['config.get']>) => get(config, key, project),
    'config.set': (_: Write, input: Parsed<Set>, context: Context) => set(config, input, context),
    'config.check': (_: Context, { project }: Parsed<Operations['config.check']>) => {
      const { path, notes } = config.check(project);
      return { path, notes: [...notes] };
    },
    'config.schema': () => ({ schema: { ...configJsonSchema() } }),
  };
}

function get(config: ConfigView, key: string, project: string | undefined): Reply<Operations['config.get']> {
  const [first, second] = config.explain(key, project);
  if (!first || second) {
    throw new PrsistError('input/invalid', `${key} holds several settings`, {
      hint: `prsist config explain ${key}`,
      field: 'key',
    });
  }
  const { value, source, note } = first;
  return { key, value, source, note };
}

/** Settings are the person's: an agent may read them, and what memory says must never change one. */
function set(config: ConfigView, { unset, value, ...asked }: Parsed<Set>, context: Context): Reply<Set> {
  if (context.caller.agent !== undefined && !asked.dry_run) {
    throw new PrsistError('auth/refused', 'agents do not change settings', { hint: 'do it in a terminal of your own' });
  }
  if (unset === (value !== undefined)) {
    throw new PrsistError('input/invalid', 'either a value or unset', {
      field: 'value',
      hint: 'prsist config set --help',
    });
  }
  return config.set({ ...asked, project: asked.project, value: unset ? undefined : value });
}
