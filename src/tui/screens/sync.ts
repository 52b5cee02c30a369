import type { Frame, Line } from '../lines.ts';
import { failureOf, Known } from '../link.ts';
import { atTop, followed, moved, type Spot, seen, stepOf } from '../list.ts';
import { choice, confirmation } from '../overlays.ts';
import type { Parts } from '../parts.ts';
import type { Press } from '../press.ts';
import type { Conflict, ReplyOf } from '../replies.ts';
import type { Screen } from '../shell.ts';
import { sideText, syncView } from '../views/sync.ts';

/** What the sync screen tells, asked for together. */
export interface Synced {
  readonly status: ReplyOf<'sync.status'>;
  readonly remotes: ReplyOf<'remote.list'>['items'];
  readonly devices: ReplyOf<'device.list'>;
  readonly preview: ReplyOf<'sync.preview'>;
  readonly conflicts: readonly Conflict[];
  readonly open: number;
}

const both = 'both: texts joined, lists united';

/** Remotes, devices, what waits, and fields that got different values on several devices. */
export class SyncScreen implements Screen {
  readonly name = 'Sync';
  readonly isTyping = false;
  readonly patience = { changedMs: 2_000, idleMs: 5_000 };
  readonly keys = [
    ['s', 'sync now'],
    ['Enter', 'decide the conflict'],
    ['R', 'look again'],
  ] as const;
  readonly #parts: Parts;
  readonly #known: Known<Synced>;
  #spot: Spot = atTop;
  #rows = 5;

  constructor(parts: Parts) {
    this.#parts = parts;
    this.#known = new Known(() => gather(parts), parts.stage.changed);
  }

  async refresh(): Promise<void> {
    const before = this.#known.value?.conflicts ?? [];
    await this.#known.refresh();
    const after = this.#known.value?.conflicts ?? [];
    this.#spot = followed(this.#spot, before, after, ({ conflict_id }) => conflict_id);
  }

  press(press: Press): boolean {
    const conflicts = this.#known.value?.conflicts ?? [];
    const step = stepOf(press, this.#rows, conflicts.length);
    const picked = conflicts[this.#spot.at];
    if (step !== undefined) this.#spot = moved(this.#spot, step, conflicts.length);
    else if (press.text === 's') this.#askSync();
    else if (press.name === 'enter' && picked) void this.#decide(picked.conflict_id);
    else return false;
    return true;
  }

  #askSync(): void {
    const { stage } = this.#parts;
    const found = this.#known.value;
    if (!found || found.remotes.length === 0) {
      stage.notice('no remote yet: prsist remote add', 'warn');
      return;
    }
    const where = found.remotes.map(({ name }) => name).join(', ');
    const sends = `${found.preview.records} records leave this device, sealed.`;
    stage.cover(confirmation(`Exchange with ${where} now?`, [sends], () => this.#sync()));
  }

  #sync(): void {
    const { ask, stage } = this.#parts;
    stage.act('exchanging', async () => {
      const { job_id } = await ask('sync.run', {});
      for (;;) {
        const job = await ask('job.show', { job_id, wait_ms: 5_000 });
        if (job.state === 'failed') throw new Error(job.error?.message ?? 'the exchange failed');
        if (job.state !== 'running') return 'exchanged';
      }
    });
  }

  /** As it is now, since another device may have settled it meanwhile. */
  async #decide(conflict_id: string): Promise<void> {
    const { ask, stage } = this.#parts;
    try {
      const { conflict } = await ask('conflict.show', { conflict_id });
      const sides = conflict.sides.map((side, n) => ({
        name: `${n + 1}${n + 1 === conflict.shown ? ' (shown now)' : ''}: ${sideText(side)}`,
        note: `${side.agent ?? 'you'} on ${side.device}`,
      }));
      stage.cover(
        choice(`${conflict.name}  ${conflict.field}`, [...sides, { name: both, note: '' }], (picked) =>
          confirmation(
            `Decide for ${picked}?`,
            ['It holds on every device. The other values stay in its history.'],
            () => this.#resolve(conflict_id, picked),
          ),
        ),
      );
    } catch (error) {
      stage.notice(failureOf(error), 'bad');
    }
  }

  #resolve(conflict_id: string, picked: string): void {
    const { ask, stage } = this.#parts;
    stage.act('deciding', async () => {
      const how = picked === both ? { both: true } : { pick: Number.parseInt(picked, 10) };
      const { conflict } = await ask('conflict.resolve', { conflict_id, ...how });
      await this.#known.refresh();
      return `settled ${conflict.name} ${conflict.field}`;
    });
  }

  view(frame: Frame): readonly Line[] {
    const count = this.#known.value?.conflicts.length ?? 0;
    return syncView(this.#known, frame, (rows) => {
      this.#rows = rows;
      const shown = seen(this.#spot, count, rows);
      this.#spot = { at: shown.at, top: shown.top };
      return shown;
    });
  }
}

async function gather({ ask }: Parts): Promise<Synced> {
  const [status, remotes, devices, preview, conflicts] = await Promise.all([
    ask('sync.status', {}),
    ask('remote.list', {}),
    ask('device.list', {}),
    ask('sync.preview', {}),
    ask('conflict.list', { limit: 500 }),
  ]);
  return { status, remotes: remotes.items, devices, preview, conflicts: conflicts.items, open: conflicts.open };
}
