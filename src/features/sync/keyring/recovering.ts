// Recovery words of the workspace: made and proved to be written down, and tried without changing anything.
import { PrsistError } from '../../../core/errors.ts';
import { toBase64 } from './canonical-file.ts';
import { withRecovery } from './change.ts';
import type { Membership } from './membership.ts';
import { entropyOf, recoveryKeys, recoveryLength, wordsFor } from './recovery.ts';

/** Shown words wait so long for being typed again. */
const draftMs = 15 * 60_000;
const asked = 3;

interface Draft {
  readonly entropy: Uint8Array;
  readonly positions: readonly number[];
  readonly endsAt: number;
}

export interface Shown {
  readonly words: readonly string[];
  /** Which of them are to be typed again, from 1 on. */
  readonly positions: readonly number[];
  /** Others are there already, and open nothing new once these are confirmed. */
  readonly replaces: boolean;
}

export interface Tried {
  readonly version: number;
  readonly epoch: number;
  readonly devices: number;
}

export class Recovering {
  readonly #membership: Membership;
  #draft: Draft | undefined;

  constructor(membership: Membership) {
    this.#membership = membership;
  }

  /** Makes words. Nothing counts before three of them were typed again. Throws key/missing for who is no member. */
  async create(): Promise<Shown> {
    const { needs } = this.#membership;
    const { newest } = await this.#membership.holding();
    const entropy = needs.random(32);
    const positions = somePositions(needs.random(64));
    this.#draft = { entropy, positions, endsAt: needs.monotonic() + draftMs };
    return { words: wordsFor(entropy, needs.words()), positions, replaces: newest.clear.recovery !== null };
  }

  /** The three words that were asked for, in the order of their positions. Throws recovery/wrong-words, naming positions. */
  async confirm(typed: readonly string[]): Promise<Tried> {
    const { needs } = this.#membership;
    const draft = this.#draft;
    if (!draft || needs.monotonic() > draft.endsAt) {
      throw new PrsistError('invite/expired', 'no recovery words wait for being typed again', {
        hint: 'prsist recovery create shows new ones',
      });
    }
    const words = wordsFor(draft.entropy, needs.words());
    const wrong = draft.positions.filter((position, n) => typed[n]?.trim().toLowerCase() !== words[position - 1]);
    if (wrong.length > 0 || typed.length !== draft.positions.length) {
      throw new PrsistError(
        'recovery/wrong-words',
        `not what was shown at position ${wrong.join(', ')}; nothing counts yet`,
        {
          details: { positions: wrong },
        },
      );
    }
    const keys = await recoveryKeys(draft.entropy, await needs.seal());
    const { clear } = await this.#membership.inTurn(() =>
      this.#membership.change(withRecovery(keys, needs.random(32))),
    );
    this.#draft = undefined;
    return { version: clear.version, epoch: clear.epoch, devices: clear.devices.length };
  }

  /** Opens the current keyring with words, and changes nothing. Throws recovery/wrong-words when they do not. */
  async test(typed: readonly string[]): Promise<Tried> {
    const { needs } = this.#membership;
    const { newest } = await this.#membership.holding();
    const keys = await recoveryKeys(entropyOf(typed, needs.words()), await needs.seal());
    const isThese = newest.clear.recovery?.sign === toBase64(keys.publicKey);
    const opened = isThese ? await this.#membership.openNewest([newest], keys.boxKey) : undefined;
    if (!opened) {
      throw new PrsistError('recovery/wrong-words', 'the words are whole, but they do not open the current keyring', {
        hint: 'words of another workspace, or replaced since: prsist recovery create makes new ones',
      });
    }
    const { version, epoch } = newest.clear;
    return { version, epoch, devices: newest.clear.devices.length };
  }
}

/** Some positions, in order, none of them twice. */
function somePositions(random: Uint8Array): readonly number[] {
  const chosen = new Set<number>();
  for (const byte of random) if (chosen.size < asked) chosen.add((byte % recoveryLength) + 1);
  for (let next = 1; chosen.size < asked; next += 1) chosen.add(next);
  return [...chosen].sort((a, b) => a - b);
}
