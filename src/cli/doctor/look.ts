import type { Check } from '../../core/finding.ts';

/** Something doctor can do, and what it then says. */
export interface Repair {
  readonly says: string;
  readonly mend: () => void;
}

/** A check with what would mend its findings. */
export interface Looked {
  readonly check: Check;
  readonly repairs: readonly Repair[];
}

/** A check of which nothing can be mended here. */
export function only(check: Check): Looked {
  return { check, repairs: [] };
}
