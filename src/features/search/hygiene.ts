// What could be cleaner: told in figures and examples, changed by nobody but the person.
import { PrsistError } from '../../core/errors.ts';
import { headOf } from '../../core/excerpt.ts';
import type { Reply } from '../../core/operation.ts';
import { containment, pairsOf, sketchOf } from '../../core/sketch.ts';
import type { Read, Write } from '../../store/record-type.ts';
import type { Context } from '../feature.ts';
import type { Showing } from '../findable.ts';
import type { contract } from './contract.ts';
import { showingOf } from './find.ts';
import {
  addEcho,
  echoes,
  type KeptItem,
  keptCount,
  keptItem,
  keptItems,
  sameTexts,
  sketchPairs,
  standsIn,
} from './hygiene-queries.ts';

type Report = Reply<(typeof contract)['hygiene.get']>;
type Example = Report['exact']['examples'][number];

/** What is out of date, as the feature that keeps it knows. as: what took its place, or the file that is gone. */
export interface Stale {
  readonly kind: 'entry' | 'document';
  readonly name: string;
  readonly as: string;
  readonly text: string;
}

export interface HygieneNeeds {
  readonly showings: readonly Showing[];
  readonly stale: (context: Context) => readonly Stale[];
  /** Answers of agents that are kept. */
  readonly answers: (read: Read) => number;
  /** Counts a use of an entry. */
  readonly used: (tx: Write, ent: string, at: number) => void;
}

const examplesShown = 3;
const shownChars = 120;
const pairsLookedAt = 2_000;
const textsLookedAt = 20_000;
/** The share of the shorter text that stands in the longer one. */
const near = 0.8;
const placeholder = /⟨(?:secret:[^⟩]{1,80}|private)⟩/;

/** Notes that an agent only repeated what it was shown: what it repeated counts as used once more. */
export function noteEcho(tx: Write, echo: { id: string; text: string; at: number }, used: HygieneNeeds['used']): void {
  const [original] = tx.all(standsIn, { hashes: JSON.stringify(allHashes(echo.text)), limit: 1 });
  const { id, at } = echo;
  if (tx.run(addEcho, { id, at, ent: original?.ent ?? null }) === 0) return;
  if (original?.kind === 'entry') used(tx, original.ent, at);
}

/** Every hash that a sketch of a part of the text could hold. */
function allHashes(text: string): readonly number[] {
  return sketchOf(text, Number.POSITIVE_INFINITY);
}

/** Figures and examples of the project's own database. Throws auth/refused for an agent: it is shown what is quarantined. */
export function hygiene(needs: HygieneNeeds) {
  return (context: Context): Report => {
    if (context.caller.agent !== undefined) {
      throw new PrsistError('auth/refused', 'hygiene is looked at by a person', {
        hint: 'run prsist hygiene yourself',
      });
    }
    const look: Look = { context, read: context.read.project, showings: needs.showings };
    const texts = look.read.one(keptCount, {})?.count ?? 0;
    const echoed = echoesOf(look);
    const answers = needs.answers(look.read) + echoed.count;
    const stale = needs.stale(context);
    return {
      texts,
      exact: rated(exactOf(look), texts),
      near: rated(nearOf(look), texts),
      echo: rated(echoed, answers),
      stale: rated({ count: stale.length, examples: stale.slice(0, examplesShown).map(shown) }, texts),
      secret: rated(secretsOf(look), texts),
    };
  };
}

interface Look {
  readonly context: Context;
  readonly read: Read;
  readonly showings: readonly Showing[];
}

interface Found {
  readonly count: number;
  readonly examples: readonly Example[];
}

function rated({ count, examples }: Found, of: number): Report['exact'] {
  return { count, rate: of === 0 ? 0 : Math.round((10_000 * count) / of) / 10_000, examples: [...examples] };
}

/** All but the oldest of texts that are the same. */
function exactOf(look: Look): Found {
  const groups = Map.groupBy(look.read.all(sameTexts, {}), ({ kind, same }) => `${kind} ${same}`);
  const found: (() => Example[])[] = [];
  for (const [first, ...others] of groups.values()) {
    for (const each of others) found.push(() => exampleOf(look, each, first));
  }
  return { count: found.length, examples: firstOf(found) };
}

function nearOf(look: Look): Found {
  const seen = new Set<number>();
  const found: (() => Example[])[] = [];
  for (const { first, second } of look.read.all(sketchPairs, { limit: pairsLookedAt })) {
    if (seen.has(second)) continue;
    const [older, newer] = [look.read.one(keptItem, { item_id: first }), look.read.one(keptItem, { item_id: second })];
    if (!older || !newer || !isNear(textOf(look, older), textOf(look, newer))) continue;
    seen.add(second);
    found.push(() => exampleOf(look, newer, older));
  }
  return { count: found.length, examples: firstOf(found) };
}

function isNear(one: string, other: string): boolean {
  const [a, b] = [pairsOf(one), pairsOf(other)];
  return (a.size <= b.size ? containment(a, b) : containment(b, a)) >= near;
}

function echoesOf(look: Look): Found {
  const rows = look.read.all(echoes, {});
  const found = rows.map(({ ent }) => () => {
    const original = ent === null ? undefined : { ent, kind: 'entry' as const, part: 0, item_id: 0, trust: 0 };
    return original ? exampleOf(look, original) : [];
  });
  return { count: rows.length, examples: firstOf(found) };
}

function secretsOf(look: Look): Found {
  const items = look.read.all(keptItems, { limit: textsLookedAt });
  const found = items.filter((item) => placeholder.test(textOf(look, item))).map((item) => () => exampleOf(look, item));
  return { count: found.length, examples: firstOf(found) };
}

function firstOf(found: readonly (() => readonly Example[])[]): readonly Example[] {
  return found.slice(0, examplesShown).flatMap((one) => one());
}

function exampleOf(look: Look, item: KeptItem, like?: KeptItem): Example[] {
  const text = textOf(look, item);
  if (text === '') return [];
  return [shown({ kind: item.kind, name: nameOf(look, item), as: like ? nameOf(look, like) : null, text })];
}

function shown({ kind, name, as, text }: Example): Example {
  return { kind, name, as, text: headOf(text.trim(), shownChars) };
}

function textOf({ context, read, showings }: Look, { kind, ent, part }: KeptItem): string {
  return showingOf(showings, kind)?.text(read, ent, part, context) ?? '';
}

function nameOf({ read, showings }: Look, { kind, ent, part }: KeptItem): string {
  return showingOf(showings, kind)?.heading(read, ent, part).key ?? ent;
}
