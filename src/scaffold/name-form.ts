/** The form of the names of projects and their parts: each becomes a piece of names that AWS gives and people type. */

const NAME = /^[A-Za-z][A-Za-z0-9-]*$/;

/** In words: letters, digits and hyphens, beginning with a letter. */
export function isName(text: string): boolean {
  return NAME.test(text);
}

/**
 * As much of a text as can be a name; empty where nothing of it can.
 *
 * @example toName("2. My work/it's new") // "My-work-it-s-new"
 */
export function toName(text: string): string {
  return text.replaceAll(/[^A-Za-z0-9]+/g, "-").replaceAll(/^[^A-Za-z]+|-+$/g, "");
}
