/** Finds modules that are started as programs: they lie beside their caller, as `.ts` here and as `.js` when published. */
import { dirname, extname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** `modulePath(import.meta.url, "lambda-worker")` */
export function modulePath(callerUrl: string, name: string): string {
  const caller = fileURLToPath(callerUrl);
  return join(dirname(caller), `${name}${extname(caller)}`);
}
