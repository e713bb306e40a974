/** What the function `__name__` makes of an event. */
import * as z from "zod";

const event = z.looseObject({});

export async function handler(input: unknown): Promise<object> {
  return { ...event.parse(input), handledBy: "__name__" };
}
