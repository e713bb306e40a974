/** Checks a task's parameters against its schema, whichever library the schema was written with. */
import type { StandardSchemaV1 } from "@standard-schema/spec";
import type * as z from "zod";
import { InvalidInput, type Problem } from "../errors.ts";
import { explainProblems, jsonPath } from "../payload/problems.ts";
import { valueProblems } from "../payload/value-problems.ts";

/** The parameters as the schema gives them back, defaults filled in; InvalidInput names every problem with its path. */
export async function checkParameters<S extends StandardSchemaV1>(
  schema: S,
  found: unknown,
  root: readonly PropertyKey[],
): Promise<StandardSchemaV1.InferOutput<S>> {
  const result = await schema["~standard"].validate(found);
  if (result.issues === undefined) return result.value;
  const isZod = schema["~standard"].vendor === "zod";
  throw new InvalidInput(
    explainProblems(
      result.issues.flatMap((issue) =>
        isZod && isUnworded(issue) ? valueProblems(issue, found, root) : [problemOf(issue, root)],
      ),
    ),
  );
}

/** What zod says by itself is for programmers, `expected record, received array`; what an author wrote stays as it is. */
function isUnworded(issue: StandardSchemaV1.Issue): issue is z.core.$ZodIssue {
  return "code" in issue && issue.code !== "custom" && /^(Invalid|Too|Unrecognized) /.test(issue.message);
}

function problemOf(issue: StandardSchemaV1.Issue, root: readonly PropertyKey[]): Problem {
  const keys = (issue.path ?? []).map((segment) => (typeof segment === "object" ? segment.key : segment));
  return { code: "invalid-parameter", path: jsonPath([...root, ...keys]), message: issue.message.replace(/\.$/, "") };
}
