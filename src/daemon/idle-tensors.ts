// While nobody works, a server of the person's own computes what sessions share, so that it is read and not computed later.
import { PrsistError } from '../core/errors.ts';
import { type Asking, chainOf, savePrefix } from '../engines/kept-prefix.ts';
import { isAtWork, llamaServer, type ServerSetting } from '../engines/llama-server.ts';
import { serverSetting } from '../engines/own-server.ts';
import { tensorContract } from '../features/cache/contract-tensors.ts';
import type { Tensors } from '../features/cache/tensors/registry.ts';
import { type SharedTexts, sharedTexts } from '../features/cache/tensors/shared.ts';
import type { Projects } from './projects.ts';

export interface IdleTensorsParts {
  readonly projects: () => Projects;
  readonly tensors: Tensors;
  readonly clock: () => number;
  readonly onFault: (error: unknown) => void;
}

/** Silence before anything is computed, and rest after a server that was not there or failed. */
export const [idleMs, restMs] = [60_000, 10 * 60_000];
/** A prefix may take so long to compute on a slow machine. */
const computeMs = 30 * 60_000;
/** A context this full takes no question; tokens are an estimate. */
const fullest = 0.9;
/** Texts that a server does not take are not tried again; more are forgotten with the oldest. */
const refusedMost = 1_000;

/** Saves states by itself, where that is asked for (`kv_tensors.save_when_idle`). One per daemon. */
export class IdleTensors {
  readonly #parts: IdleTensorsParts;
  readonly #refused = new Set<string>();
  #running: Promise<void> | undefined;
  #ending = new AbortController();
  #notBefore = 0;

  constructor(parts: IdleTensorsParts) {
    this.#parts = parts;
  }

  /** Called every minute; quiet: milliseconds since anything was asked. Never throws. */
  async look(quiet: number): Promise<void> {
    const setting = this.#setting();
    if (!setting || this.#running || quiet < idleMs || this.#parts.clock() < this.#notBefore) return this.#running;
    this.#ending = new AbortController();
    this.#running = this.#work({ ...setting, signal: this.#ending.signal })
      .catch((error: unknown) => {
        if (this.#ending.signal.aborted) return;
        this.#notBefore = this.#parts.clock() + restMs;
        this.#parts.onFault(error);
      })
      .finally(() => {
        this.#running = undefined;
      });
    return this.#running;
  }

  /** Ends what is under way: a text may just be erased, or the daemon leaves. */
  async interrupt(): Promise<void> {
    this.#ending.abort();
    await this.#running;
  }

  #setting(): ServerSetting | undefined {
    const { enabled, server, isSavedIdle } = this.#parts.tensors.settings;
    return enabled && isSavedIdle && server ? { ...serverSetting(server), timeoutMs: computeMs } : undefined;
  }

  async #work(setting: ServerSetting): Promise<void> {
    const projects = this.#parts.projects();
    for (const project of projects.openProjects) {
      const shared = sharedTexts(projects.store(project).read);
      for (const each of shared) if (!(await this.#save(setting, project, each))) return;
    }
  }

  /** Returns false where the server works for somebody, or the daemon is told to stop. */
  async #save(setting: ServerSetting, project: string, { texts, tokens }: SharedTexts): Promise<boolean> {
    const { tensors } = this.#parts;
    const last = chainOf(texts).at(-1) ?? '';
    if (this.#refused.has(last)) return true;
    const engine = llamaServer(setting);
    const described = await engine.describe();
    if (tokens > fullest * described.context) return true;
    if ((await tensors.holds(described, last)) || !tensors.hasRoomFor(tokens)) return true;
    if (this.#ending.signal.aborted || (await isAtWork(setting))) return false;
    try {
      await savePrefix(registryOf(tensors), engine, { texts, project });
    } catch (error) {
      const code = error instanceof PrsistError ? error.code : '';
      if (code !== 'engine/unavailable' && !this.#ending.signal.aborted) this.#refuse(last);
      if (!saidOfText.includes(code)) throw error;
    }
    return true;
  }

  #refuse(link: string): void {
    this.#refused.add(link);
    const [oldest] = this.#refused;
    if (this.#refused.size > refusedMost && oldest !== undefined) this.#refused.delete(oldest);
  }
}

/** Said of one text, not of the server: the next one may do. */
const saidOfText: readonly string[] = ['limit/too-large', 'tensor/mismatch'];

/** The registry as a client would ask for it. */
function registryOf(tensors: Tensors): Asking<'tensor.place' | 'tensor.adopt'> {
  const { place, adopt } = {
    place: (input: unknown) => tensors.place(tensorContract['tensor.place'].input.parse(input).engine),
    adopt: (input: unknown) => tensors.adopt(tensorContract['tensor.adopt'].input.parse(input)),
  };
  // the answers of these two by their contract, of which a save uses the place alone
  return { call: (name, input) => (name === 'tensor.place' ? place(input) : adopt(input)) as Promise<never> };
}
