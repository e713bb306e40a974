/** How a notebook in TypeScript or JavaScript is started. */
import { modulePath } from "../../embedded/processes/module-path.ts";
import type { Environment } from "../../loop/environments.ts";
import type { JavaScriptAssignment } from "./assignment.ts";

export interface JavaScriptProgram {
  readonly command: readonly [string, ...string[]];
  readonly environment: Readonly<Record<string, string>>;
  readonly assignment: JavaScriptAssignment;
}

export function javaScriptProgram(
  assignment: Omit<JavaScriptAssignment, "nodeModules">,
  { nodeModules }: Pick<Environment, "nodeModules">,
): JavaScriptProgram {
  return {
    // What Node says of itself while it loads people's files is nothing for their log.
    command: [process.execPath, "--disable-warning=ExperimentalWarning", modulePath(import.meta.url, "run")],
    environment: {},
    assignment: { ...assignment, ...(nodeModules === undefined ? {} : { nodeModules }) },
  };
}
