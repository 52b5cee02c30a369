// What the human wants: the last prompt that asks for something, and what it may only follow up.
import type { SessionFacts, SnapshotQuote } from '../../core/snapshot.ts';
import { fold, opening, wordsOf } from './sentences.ts';

type Prompt = SessionFacts['prompts'][number];

export interface Asks {
  readonly ask: SnapshotQuote | null;
  readonly earlier: readonly SnapshotQuote[];
}

const askUnits = 280;
const earlierUnits = [240, 160] as const;
/** A prompt of this weight usually stands for itself; a shorter one leans on what was said before. */
const longWeight = 80;

/**
 * The last prompt over 20 characters that is no acknowledgement; without one the last that is no acknowledgement,
 * else the last. Earlier: the first such prompt, and the last long one in between, both only where they differ.
 */
export function asksOf(prompts: readonly Prompt[]): Asks {
  const meant = prompts.filter((prompt) => !isAcknowledgement(prompt.text));
  const asking = meant.filter((prompt) => weight(prompt.text) > 20);
  const ask = askIn(prompts.toReversed());
  if (ask === undefined) return { ask: null, earlier: [] };
  const before = asking.filter((prompt) => prompt !== ask && fold(prompt.text) !== fold(ask.text));
  const first = before[0];
  const long = before.slice(1).findLast((prompt) => weight(prompt.text) >= longWeight);
  const earlier = [first, long].flatMap((prompt, place) =>
    prompt === undefined ? [] : [quote(prompt, place === 0 ? earlierUnits[0] : earlierUnits[1])],
  );
  return { ask: quote(ask, askUnits), earlier };
}

/** What a session is asked, by its prompts, newest first: as asksOf, without looking at more of them than that takes. */
export function lastAsk(prompts: Iterable<Prompt>): SnapshotQuote | null {
  const ask = askIn(prompts);
  return ask === undefined ? null : quote(ask, askUnits);
}

function askIn(newestFirst: Iterable<Prompt>): Prompt | undefined {
  let [meant, any]: (Prompt | undefined)[] = [];
  for (const prompt of newestFirst) {
    any ??= prompt;
    if (isAcknowledgement(prompt.text)) continue;
    if (weight(prompt.text) > 20) return prompt;
    meant ??= prompt;
  }
  return meant ?? any;
}

// Words of which an answer may consist without asking for anything, in the languages prompts are often written in.
const acknowledging = new Set(
  `yes yeah yep yup no nope ok okay k sure right correct exactly agreed please thanks thank you thx ty great good nice
  perfect awesome excellent cool fine lovely wonderful amazing wow done lgtm looks look sounds seems works worked working
  continue proceed go going ahead on keep carry next do it its that this is was all so far very much now then and with
  just i we lets let us the a an to me for way job idea plan approach ship you what want have approve approved accept accepted alright
  ja nein bitte danke weiter gut passt genau mach mache machen oui non merci continue vas y parfait d'accord si sí gracias dale
  claro sim obrigado perfeito да нет спасибо хорошо продолжай`.split(/\s+/),
);
const acknowledgingCjk =
  /^(?:好的?|可以|继续|是的?|对|谢谢|请|吧|はい|続けて|ください|お願いします|ありがとう|네|계속)+$/u;

/** Does this text only agree, thank, or say go on? */
export function isAcknowledgement(text: string): boolean {
  const bare = fold(text)
    .toLowerCase()
    .replace(/[^\p{L}\p{N}' ]/gu, ' ');
  const words = bare.split(' ').filter((word) => word !== '');
  if (words.length === 0) return true;
  if (/[?？]/.test(text)) return false;
  if (acknowledgingCjk.test(words.join(''))) return true;
  return (
    words.length <= 12 && words.every((word) => acknowledging.has(word.replaceAll("'", '')) || acknowledging.has(word))
  );
}

/** Length in characters; a character of a script that writes whole words with one counts three. */
function weight(text: string): number {
  const folded = fold(text);
  return folded.length + 2 * wordsOf(folded).filter((word) => word.length === 1).length;
}

function quote(prompt: Prompt, max: number): SnapshotQuote {
  return { text: opening(prompt.text, max), at: prompt.at };
}
