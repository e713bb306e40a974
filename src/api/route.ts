/** What all routes say alike of their answers. */
import type { ZodType } from "zod";
import { problem } from "./shapes/problem.ts";

/** The `responses` of a route: its answer, or a problem document. */
export function answerOf<Schema extends ZodType>(schema: Schema) {
  return {
    responses: {
      200: { description: "The answer", content: { "application/json": { schema } } },
      default: { description: "What is wrong", content: { "application/problem+json": { schema: problem } } },
    },
  };
}
