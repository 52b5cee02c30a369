// Whether a text that was put together is one its authors can have meant.

/** What is wrong with a text that was made of several; nothing for one in which each side finds itself again. */
export function wrongTogether(merged: string, sides: readonly string[]): readonly string[] {
  const said = sides.map(sentencesOf);
  const here = sentencesOf(merged);
  const strangers = here.filter((sentence) => !said.some((side) => side.includes(sentence)));
  const doubled = here.filter(
    (sentence, i) => here.indexOf(sentence) !== i && times(sentence, here) > most(sentence, said),
  );
  const turned = said.filter((side) => !isInOrder(side, here));
  return [
    ...strangers.map((sentence) => `nobody said: ${sentence}`),
    ...doubled.map((sentence) => `said twice: ${sentence}`),
    ...turned.map((side) => `in another order than its author’s: ${side.join(' ')}`),
  ];
}

/** What stands of a side stands in the order in which it said it. Sentences that occur twice in a side say nothing. */
function isInOrder(side: readonly string[], here: readonly string[]): boolean {
  const places = side.filter((sentence) => times(sentence, side) === 1).map((sentence) => here.indexOf(sentence));
  const found = places.filter((place) => place >= 0);
  return found.every((place, i) => i === 0 || place > (found[i - 1] ?? 0));
}

function times(sentence: string, list: readonly string[]): number {
  return list.filter((each) => each === sentence).length;
}

function most(sentence: string, sides: readonly (readonly string[])[]): number {
  return Math.max(...sides.map((side) => times(sentence, side)));
}

function sentencesOf(text: string): readonly string[] {
  return text.split(/(?<=\.)\s+|\n/).filter((sentence) => sentence !== '');
}
