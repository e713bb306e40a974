/** What is wrong, thrown: as the API says it, or the page itself where it does not come that far. */
import type { Problem } from "../../../src/api/shapes/problem.ts";

export class ProblemError extends Error {
  readonly problem: Problem;
  constructor(problem: Problem) {
    super(problem.detail);
    this.name = "ProblemError";
    this.problem = problem;
  }
}

/** Its type where nobody is signed in: the banner says it once for everything, with the way on. */
export const SIGNED_OUT = "signed-out";

export function signedOut(detail: string): ProblemError {
  return new ProblemError({
    type: SIGNED_OUT,
    title: "You are not signed in",
    status: 401,
    detail,
    hint: "Sign in again; if it stays, tell whoever runs this stack.",
  });
}
