import { hookedAgents } from '../../core/words.ts';
import type { Frame, Line } from '../lines.ts';
import { Known } from '../link.ts';
import { atTop, moved, Pages, type Spot, seen, stepOf } from '../list.ts';
import { choice, confirmation, prompt, reader } from '../overlays.ts';
import type { Parts } from '../parts.ts';
import type { Press } from '../press.ts';
import type { Message, ReplyOf } from '../replies.ts';
import { detailView, moments } from '../views/session-detail.ts';

const page = 200;
/** Pages read at most for one press of `End`: as many messages as somebody may want to leaf through. */
const mostPages = 50;

/** One session: what it is, what was said and done in it, and what can be done with it. */
export class Detail {
  readonly #parts: Parts;
  readonly #id: string;
  /** What it is called until it was asked for. */
  readonly #titleBefore: string;
  readonly #known: Known<ReplyOf<'session.show'>>;
  readonly #messages: Pages<Message>;
  #spot: Spot = atTop;
  #rows = 10;

  constructor(parts: Parts, id: string, title?: string | null) {
    this.#titleBefore = title ?? id;
    this.#parts = parts;
    this.#id = id;
    this.#known = new Known(() => parts.ask('session.show', { session_id: id }), parts.stage.changed);
    this.#messages = new Pages((cursor) => parts.ask('session.messages', { session_id: id, limit: page, cursor }));
  }

  async refresh(): Promise<void> {
    // a session that is gone, or a daemon that is away: its lines stay, and `known` says why
    await Promise.all([this.#known.refresh(), this.#messages.begin(({ id }) => id).catch(() => undefined)]);
  }

  press(press: Press): boolean {
    const all = moments(this.#known.value, this.#messages.items);
    const step = stepOf(press, this.#rows, all.length);
    if (step !== undefined) {
      this.#spot = moved(this.#spot, step, all.length);
      void this.#readOn(step >= all.length);
    } else if (press.name === 'enter') {
      const moment = all[this.#spot.at];
      if (moment) this.#parts.stage.cover(reader(moment.who, moment.text));
    } else if (press.text === 'r') this.#askResume();
    else if (press.text === 'h') this.#askHandoff();
    else if (press.text === 'e') this.#askEnd();
    else if (press.text === 'b') this.#brief();
    else return false;
    return true;
  }

  async #readOn(toEnd: boolean): Promise<void> {
    const { stage } = this.#parts;
    try {
      for (let n = 0; n < mostPages && (await this.#messages.need(this.#spot.at, 2 * this.#rows)); n += 1) {
        if (toEnd) this.#spot = { ...this.#spot, at: this.#messages.items.length - 1 };
        stage.changed();
      }
    } catch (error) {
      stage.notice(error instanceof Error ? error.message : String(error), 'bad');
    }
  }

  #title(): string {
    return this.#known.value?.session.title ?? this.#titleBefore;
  }

  #askResume(): void {
    const { stage } = this.#parts;
    stage.cover(
      confirmation(
        `Resume "${this.#title()}"?`,
        ['One that was ended is open again; you see what an agent is told of it. To undo: end it.'],
        () => this.#resume(),
      ),
    );
  }

  #resume(): void {
    const { ask, stage } = this.#parts;
    stage.act('resuming', async () => {
      const { brief, resumed_from } = await ask('session.resume', { session_id: this.#id });
      stage.cover(reader('What an agent is told now', brief));
      return `resumed; it was ${resumed_from}`;
    });
  }

  #askHandoff(): void {
    const agents = hookedAgents.map((name) => ({ name, note: '' }));
    this.#parts.stage.cover(
      choice(`Hand "${this.#title()}" over to`, agents, (to) =>
        prompt(`Why? ${to} is told`, '', (reason) =>
          confirmation(
            `Hand "${this.#title()}" over to ${to}?`,
            [`reason: ${reason}`, `${to} is shown it once, at its next start in this work tree and branch.`],
            () => this.#handOff(to, reason),
          ),
        ),
      ),
    );
  }

  #handOff(to: string, reason: string): void {
    const { ask, stage } = this.#parts;
    stage.act('handing over', async () => {
      const asked = { session_id: this.#id, to_agent: to, handoff_reason: reason };
      const { handoff_id } = await ask('session.handoff', asked);
      await this.#known.refresh();
      return `handed over to ${to}; it waits as ${handoff_id.slice(0, 8)}`;
    });
  }

  #askEnd(): void {
    this.#parts.stage.cover(
      confirmation(`End "${this.#title()}"?`, ['Its notes of the session are put away. To undo: resume it.'], () =>
        this.#end(),
      ),
    );
  }

  #end(): void {
    const { ask, stage } = this.#parts;
    stage.act('ending', async () => {
      const { message_count } = await ask('session.end', { session_id: this.#id });
      await this.#known.refresh();
      return `ended after ${message_count} messages; r resumes it`;
    });
  }

  #brief(): void {
    const { ask, stage } = this.#parts;
    stage.act('asking for the brief', async () => {
      const { brief: text } = await ask('brief.get', { session_id: this.#id });
      stage.cover(reader('What an agent would be told', text));
      return '';
    });
  }

  view(frame: Frame): readonly Line[] {
    const all = moments(this.#known.value, this.#messages.items);
    const head = detailView(this.#known, frame);
    this.#rows = Math.max(1, frame.rows - head.length - 1);
    const shown = seen(this.#spot, all.length, this.#rows);
    this.#spot = { at: shown.at, top: shown.top };
    const place = { top: shown.top, end: shown.end, at: shown.at, more: this.#messages.more };
    return detailView(this.#known, frame, { all, place });
  }
}
