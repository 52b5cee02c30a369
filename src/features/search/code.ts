// What of a piece of code people search by, in any of the usual languages, without parsing it.

/** Comments and documentation strings: they say in words what the code does. */
const comment = /"""[\s\S]*?"""|'''[\s\S]*?'''|\/\*[\s\S]*?\*\/|(?<=^|\s)(?:\/\/|#|--)[ \t][^\n]*/g;
const declared =
  /(?:^|[\s;{(])(?:def|function\*?|class|interface|type|enum|struct|trait|impl|fn|func|const|let|var|module|namespace)\s+([A-Za-z_$][\w$]*)/g;

/** The comments of a text, one after the other; '' where it has none. */
export function commentsIn(text: string): string {
  return (text.match(comment) ?? []).join('\n');
}

/** The names a text declares, each once, in its order. */
export function declaredIn(text: string): readonly string[] {
  return [...new Set([...text.matchAll(declared)].map(([, name = '']) => name))];
}
