import { shortId } from '../core/ids.ts';

/**
 * Ids as a list shows them: eight characters each, or as many more as it takes to tell it from the others. Ids made
 * within the same minute begin alike, and what is shown must be good to type.
 */
export function shortIds(ids: readonly string[]): (id: string) => string {
  const different = [...new Set(ids)];
  return (id) => {
    const others = different.filter((other) => other !== id);
    let length = shortId(id).length;
    while (length < id.length && others.some((other) => other.startsWith(id.slice(0, length)))) length += 1;
    return id.slice(0, length);
  };
}
