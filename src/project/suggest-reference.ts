/** What to do about a reference to something that is not there: most are slips, the others lack a declaration. */
import { nearest, suggest } from "../nearest.ts";

export function suggestReference(name: string, known: readonly string[]): string {
  if (nearest(name, known) !== undefined || known.length === 0) return suggest(name, known) ?? DECLARE;
  return `${DECLARE} ${suggest(name, known)}`;
}

const DECLARE = "Declare it in cloudformation/, or in the task's batch.resources.";
