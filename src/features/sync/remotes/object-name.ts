// Names of objects as remotes take them: whatever a remote tells, no name leads out of it, and none is read as anything else.

const top = 'prsist1/';
/**
 * Parts of lower-case letters and digits, tied by single dots and hyphens: nothing that a file system folds into another
 * name, takes for a directory above, or hides, and nothing that git refuses in a ref.
 */
const form = /^prsist1(?:\/[a-z0-9]+(?:[.-][a-z0-9]+)*){1,8}$/;
const partBytes = 200;

/** Whether a name has the form of an object's; what it means is for others to know. */
export function isObjectName(name: string): boolean {
  return form.test(name) && name.split('/').every((part) => part.length <= partBytes && !part.endsWith('.lock'));
}

const refs = 'refs/prsist/';

/** The ref under which a git remote holds an object. */
export function refOf(name: string): string {
  return refs + name.slice(top.length);
}

/** The object that a ref holds; undefined for a ref of others. */
export function nameOf(ref: string): string | undefined {
  const name = top + ref.slice(refs.length);
  return ref.startsWith(refs) && isObjectName(name) ? name : undefined;
}
