// Goes on with what is under way: transcripts that grow, what git does, and what no hook told of.

import { livelyDirectories, type TranscriptRoots } from '../features/capture/discover.ts';
import { discover, readOn } from '../features/capture/follow.ts';
import type { CaptureParts } from '../features/capture/needs.ts';
import { followReflogs, followRepository } from '../features/capture/reflog.ts';
import { Hints } from '../platform/hints.ts';
import { monotonic, wait } from '../platform/time.ts';

export interface FollowingParts {
  readonly capture: CaptureParts;
  readonly roots: TranscriptRoots;
  readonly openProjects: () => readonly string[];
  readonly isLeaving: () => boolean;
  /** Something new was said. */
  readonly onNews: () => void;
  readonly onFault: (error: unknown) => void;
  /** Whether directories are watched; without it what is new is seen within a minute. */
  readonly isWatching: () => boolean;
}

const delayMs = 500;
const minuteMs = 60_000;
const roundsMost = 3;

/** Looks at everything by itself every few seconds or minutes; what the system tells of a directory only hurries it. */
export class Following {
  readonly #parts: FollowingParts;
  readonly #seen = new Map<string, string>();
  readonly #hints: Hints;
  #following: Promise<void> | undefined;
  #looking: Promise<void> | undefined;
  #again: Promise<void> | undefined;
  #tookMs = 0;

  constructor(parts: FollowingParts) {
    this.#parts = parts;
    this.#hints = new Hints(delayMs, () => void this.#lookAgain().catch(parts.onFault));
  }

  /** Reads on in the transcripts and reflogs of open projects; one round at a time. */
  follow(): Promise<void> {
    this.#following ??= this.#followAll().finally(() => {
      this.#following = undefined;
    });
    return this.#following;
  }

  async #followAll(): Promise<void> {
    const { capture, openProjects, isLeaving, onNews } = this.#parts;
    for (const project of openProjects()) {
      if (isLeaving()) return;
      if ((await readOn(capture, project, isLeaving)) > 0) onNews();
      await followReflogs(capture, project, this.#seen, isLeaving);
    }
  }

  /** Looks for what no hook told of; one round at a time, ended early when the daemon leaves. */
  look(): Promise<void> {
    this.#looking ??= this.#lookAll().finally(() => {
      this.#looking = undefined;
    });
    return this.#looking;
  }

  /** A round that is under way may have been there already. Looking takes a twentieth of the time at most. */
  #lookAgain(): Promise<void> {
    this.#again ??= (async () => {
      await this.#looking;
      await wait(Math.min(minuteMs, 20 * this.#tookMs));
      this.#again = undefined;
      if (!this.#parts.isLeaving()) await this.look();
    })();
    return this.#again;
  }

  async #lookAll(): Promise<void> {
    const { capture, roots, openProjects, isLeaving, onNews } = this.#parts;
    const begun = monotonic();
    await this.follow();
    // a file may come between the look at its directory and the watch on it, so the watch comes first
    for (let round = 0, isNew = true; isNew && round < roundsMost && !isLeaving(); round += 1) {
      isNew = this.#hints.watch(this.#parts.isWatching() ? livelyDirectories(roots, capture.clock()) : []) > 0;
      if ((await discover(capture, roots, isLeaving)) > 0) onNews();
    }
    for (const project of openProjects()) {
      if (isLeaving()) return;
      await followRepository(capture, project, this.#seen, isLeaving);
    }
    this.#tookMs = monotonic() - begun;
  }

  /** Everything said or done in a project so far is in its database when this resolves. */
  async settle(projectId: string): Promise<void> {
    const { capture, isLeaving } = this.#parts;
    await readOn(capture, projectId);
    await followRepository(capture, projectId, this.#seen, isLeaving);
  }

  /** Resolves when nothing is under way any more. */
  async stop(): Promise<void> {
    this.#hints.stop();
    await Promise.allSettled([this.#following, this.#looking]);
    this.#hints.stop(); // a round that was under way may have begun to watch
  }
}
