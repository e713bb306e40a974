/** What cirrus.yml says for the Serverless Framework, as far as the deployment would leave it out or contradict it. */
import { isJsonObject } from "../../json.ts";
import { suggest } from "../../nearest.ts";
import type { Config } from "../../project/project.ts";
import { intrinsic } from "../../yaml/cloudformation-tags.ts";
import type { Scope } from "../scope.ts";

/** Handed on as they are, beside those that serverless.yml takes from cirrus.yml. */
export const PASSED_SECTIONS = ["layers", "package"] as const;

const SECTIONS = ["service", "provider", "custom", "cirrus", "resources", ...PASSED_SECTIONS];

/** What people coming from a serverless.yml would write, and where it belongs. */
const ELSEWHERE: Readonly<Record<string, string>> = {
  functions: "Each function is a folder in tasks/, feeders/ or functions/.",
  stepFunctions: "Each state machine is a folder in workflows/.",
  plugins: "Name plugins in serverless.yml, after cirrus-pipeline/serverless.",
};

export function checkConfig(config: Config, scope: Scope): void {
  for (const section of Object.keys(config.sections)) {
    if (SECTIONS.includes(section)) continue;
    const hint = ELSEWHERE[section] ?? suggest(section, SECTIONS);
    scope.refuse(config, [section], "unknown-section", `The section ${section} of cirrus.yml has no effect`, hint);
  }
  checkMissingImages(config, scope);
  const { iam, role: former } = config.provider;
  const role = isJsonObject(iam) ? iam.role : former;
  if (typeof role !== "string" && (role === undefined || intrinsic(role) === undefined)) return;
  const path = isJsonObject(iam) ? ["provider", "iam", "role"] : ["provider", "role"];
  const message = "The provider names one role for all functions, but each has a role of its own";
  const hint = "Give `role` to the functions that need another one; a path and a boundary go under provider.iam.role.";
  scope.refuse(config, path, "shared-role", message, hint);
}

/** A choice that is spelt wrong would be none. */
function checkMissingImages(config: Config, scope: Scope): void {
  const { batch } = config.custom;
  const chosen = isJsonObject(batch) ? batch.MissingImages : undefined;
  if (chosen === undefined || chosen === "refuse" || chosen === "warn") return;
  const message = `MissingImages is \`refuse\` or \`warn\`, not ${JSON.stringify(chosen)}`;
  const hint = typeof chosen === "string" ? suggest(chosen, ["refuse", "warn"]) : undefined;
  scope.refuse(config, ["custom", "batch", "MissingImages"], "bad-value", message, hint);
}
