// The settings in force: read at the start, and again when a file of theirs has changed, without a restart.
import { explainAny } from '../config/explain.ts';
import { type LoadedConfig, projectFile, readConfig, userFile } from '../config/load.ts';
import type { Config } from '../config/schema.ts';
import { setSetting } from '../config/set.ts';
import { PrsistError } from '../core/errors.ts';
import type { ConfigView } from '../features/system/config-needs.ts';
import type { Paths } from '../platform/paths.ts';
import { fileInfo } from '../platform/walk.ts';

export interface SettingsParts {
  readonly paths: Pick<Paths, 'config'>;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Throws for settings that are right by themselves but cannot be used. */
  readonly accept: (config: Config) => void;
}

interface Read {
  readonly stamp: string;
  readonly loaded: LoadedConfig;
}

/** A file that is refused changes nothing: what it said before stays in force until it is mended. */
export class Settings {
  readonly #parts: SettingsParts;
  readonly #projects = new Map<string, Read>();
  #user: Read;
  #onChange: (config: Config) => void = () => undefined;
  #onFault: (error: unknown) => void = () => undefined;

  /** Throws config/invalid, file/unreadable. */
  constructor(parts: SettingsParts) {
    this.#parts = parts;
    this.#user = { stamp: this.#userStamp(), loaded: this.#read() };
  }

  /** What is to be done when other settings come into force, and when a file is refused. */
  listen(heard: { readonly onChange: (config: Config) => void; readonly onFault: (error: unknown) => void }): void {
    this.#onChange = heard.onChange;
    this.#onFault = heard.onFault;
  }

  /** The user's settings. */
  get config(): Config {
    return this.#user.loaded.config;
  }

  get notes(): readonly string[] {
    return this.#user.loaded.notes;
  }

  /** Settings of a project by its root; the user's where there is none. */
  at(root: string | undefined): Config {
    return this.#loadedAt(root).config;
  }

  /** Reads the user's file again if it is another one by now. */
  look(): void {
    const stamp = this.#userStamp();
    if (stamp === this.#user.stamp) return;
    try {
      this.#user = { stamp, loaded: this.#read() };
    } catch (error) {
      this.#user = { ...this.#user, stamp };
      this.#onFault(error);
      return;
    }
    this.#onChange(this.config);
  }

  /** What the system feature offers of them. */
  view(rootOf: (asked: string) => string | undefined): ConfigView {
    const { paths, env, accept } = this.#parts;
    const root = (asked: string | undefined) => (asked === undefined ? undefined : rootOf(asked));
    return {
      explain: (key, project) => explainAny(key, this.#loadedAt(root(project))),
      check: (project) => {
        const at = root(project);
        const { notes } = this.#read(at);
        this.look();
        return { path: at === undefined ? userFile(paths) : projectFile(at), notes };
      },
      set: ({ project, ...setting }) => {
        const at = root(project);
        if (project !== undefined && at === undefined) {
          throw new PrsistError('project/required', `${project} has no directory for a file of its own`);
        }
        const result = setSetting({ paths, env, accept }, { ...setting, root: at });
        this.look();
        return result;
      },
    };
  }

  #loadedAt(root: string | undefined): LoadedConfig {
    if (root === undefined) return this.#user.loaded;
    const info = fileInfo(projectFile(root));
    if (!info) return this.#user.loaded;
    const stamp = `${this.#user.stamp} ${info.inode} ${info.size} ${info.mtimeMs}`;
    const known = this.#projects.get(root);
    if (known?.stamp === stamp) return known.loaded;
    const loaded = this.#readAt(root) ?? known?.loaded ?? this.#user.loaded;
    this.#projects.set(root, { stamp, loaded });
    return loaded;
  }

  #readAt(root: string): LoadedConfig | undefined {
    try {
      return this.#read(root);
    } catch (error) {
      this.#onFault(error);
      return undefined;
    }
  }

  #read(root?: string): LoadedConfig {
    const loaded = readConfig(this.#parts.paths, this.#parts.env, root);
    this.#parts.accept(loaded.config);
    return loaded;
  }

  #userStamp(): string {
    const path = userFile(this.#parts.paths);
    const info = fileInfo(path);
    return info ? `${path} ${info.inode} ${info.size} ${info.mtimeMs}` : '';
  }
}
