/** How the schemas of a payload say what they expect: one message with what was expected and, on a second line, what to do. */
import * as z from "zod";

export function expecting(expected: string, hint: string): { error: string } {
  return { error: `${expected}\n${hint}` };
}

export const anObject = (what: string) => z.looseObject({}, expecting(`an object with ${what}`, "Write {…}."));

/** Chooses the schema by the value's shape, so that the problems name the member that is wrong and not "no alternative matches". */
export function byShape(choose: (value: unknown) => z.ZodType) {
  return z.unknown().superRefine((value, context) => {
    for (const issue of choose(value).safeParse(value).error?.issues ?? []) {
      context.addIssue({ code: "custom", message: issue.message, path: [...issue.path] });
    }
  });
}

export const text = (what: string) =>
  z.string(expecting(what, "Write it as text.")).min(1, expecting(what, "It is empty.").error);
