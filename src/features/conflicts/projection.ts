import { on, projection } from '../../store/record-type.ts';
import { conflictResolve } from './records.ts';

/** Values that were given apart: the engine writes these rows when it settles an entity. */
export const conflictRows = projection({
  name: 'conflicts',
  version: 1,
  tables: { conflicts: {} },
  handlers: [on(conflictResolve, () => 'settle')],
});
