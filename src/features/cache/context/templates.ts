// Templates as files: those that ship, and a person's own of the same or another name.
import { join } from 'node:path';
import { PrsistError } from '../../../core/errors.ts';
import { type FileStamp, fileStamp, isTelling, namesIn, sameStamp } from '../../../platform/file-stamp.ts';
import { readText } from '../../../platform/files.ts';
import { fileInfo } from '../../../platform/walk.ts';
import { aboutTemplate, parseTemplate, type Template, type TemplateFile } from './template.ts';

export interface Places {
  readonly shipped: string;
  readonly own: string;
}

export interface TemplateAbout {
  readonly name: string;
  /** shipped: as it came · changed: a person's own in its place · own: of another name. */
  readonly source: 'shipped' | 'changed' | 'own';
  /** Where a person's own stands, or would stand. */
  readonly path: string;
  readonly about: string;
  /** What is wrong with it; null when nothing is. */
  readonly fault: string | null;
}

const nameForm = /^[a-z][a-z0-9-]{0,62}$/;
const ending = '.md';
const templateBytes = 64 * 1024;

/** Templates taken apart: of a file that is as it was, only its stamp is looked at. */
export class Templates {
  readonly #places: Places;
  readonly #held = new Map<string, { readonly stamp: FileStamp; readonly template: Template }>();

  constructor(places: Places) {
    this.#places = places;
  }

  /** A template by its name. Throws template/not-found, and config/invalid with the line at fault. */
  get(name: string, now: number): Template {
    const { own, shipped } = this.#places;
    const mine = fileStamp(pathOf(own, name));
    const key = `${mine ? 'own' : 'shipped'} ${name}`;
    const held = this.#held.get(key);
    // what ships stays as it is while the daemon runs
    if (held && !mine) return held.template;
    const found = mine ?? fileStamp(pathOf(shipped, name));
    if (held && found && sameStamp(held.stamp, found)) return held.template;
    const template = parseTemplate(templateFile(this.#places, name));
    if (found && isTelling(found, now)) this.#held.set(key, { stamp: found, template });
    return template;
  }
}

/** The file of a template: a person's own before the one that ships. Throws template/not-found. */
export function templateFile(places: Places, name: string): TemplateFile {
  const known = namesOf(places);
  if (!known.includes(name)) {
    throw new PrsistError('template/not-found', `no template ${name}: there are ${known.join(', ')}`);
  }
  const own = pathOf(places.own, name);
  const path = fileInfo(own) ? own : pathOf(places.shipped, name);
  const bytes = fileInfo(path)?.size ?? 0;
  if (bytes > templateBytes) {
    throw new PrsistError('config/invalid', `${path} has ${bytes} bytes, a template at most ${templateBytes}`, {
      hint: `prsist cache templates ${name} --edit`,
    });
  }
  return { path, text: readText(path) ?? '' };
}

/** Every template there is, by name. */
export function listTemplates(places: Places): readonly TemplateAbout[] {
  return namesOf(places).map((name) => {
    const path = pathOf(places.own, name);
    const source = fileInfo(path) ? (fileInfo(pathOf(places.shipped, name)) ? 'changed' : 'own') : 'shipped';
    return { name, source, path, ...stateOf(places, name) };
  });
}

function stateOf(places: Places, name: string): Pick<TemplateAbout, 'about' | 'fault'> {
  try {
    const file = templateFile(places, name);
    parseTemplate(file);
    return { about: aboutTemplate(file.text), fault: null };
  } catch (error) {
    if (!(error instanceof PrsistError)) throw error;
    return { about: '', fault: `${error.message} (${error.hint})` };
  }
}

function namesOf({ shipped, own }: Places): readonly string[] {
  const files = [...namesIn(shipped), ...namesIn(own)].filter((file) => file.endsWith(ending));
  const names = files.map((file) => file.slice(0, -ending.length));
  return [...new Set(names)].filter((name) => nameForm.test(name)).sort();
}

function pathOf(directory: string, name: string): string {
  return join(directory, `${name}${ending}`);
}
