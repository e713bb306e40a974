/**
 * Loaded first (`--import`) in the processes that a project's tasks run in: their packages are found as in the program that
 * started them. The places are in this module's own URL, for such a process has an environment that is its task's.
 */
import { hookModules } from "../../notebook/javascript/module-hooks.ts";
import type { ProjectAssignment } from "./project-assignment.ts";

type Places = Pick<ProjectAssignment, "checkout" | "nodeModules">;

/** What Node is told, as a variable of the environment. */
export function nodeOptions({ checkout, nodeModules }: Places): Readonly<Record<string, string>> {
  const url = new URL(import.meta.url);
  url.searchParams.set("checkout", checkout);
  if (nodeModules !== undefined) url.searchParams.set("nodeModules", nodeModules);
  return { NODE_OPTIONS: `--disable-warning=ExperimentalWarning --import=${url.href}` };
}

const { searchParams } = new URL(import.meta.url);
const checkout = searchParams.get("checkout");
if (checkout !== null) {
  hookModules({ checkout, nodeModules: searchParams.get("nodeModules") ?? undefined, withOwn: true });
}
