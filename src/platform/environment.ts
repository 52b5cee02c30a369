/** The environment of this process. Read here and nowhere else, and handed on. */
export function environment(): Readonly<Record<string, string | undefined>> {
  return process.env;
}
