/** The program of the process that loads handlers and tells the JSON Schema of their parameters, one after another. */
import { registerHooks } from "node:module";
import { resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { findHandlerFile, loadHandler } from "../lambda/lambda-handler.ts";
import { makeModuleGraph } from "./module-graph.ts";
import type { Asked, Told } from "./schema-messages.ts";
import { schemaOf } from "./schema-of.ts";

const send = process.send?.bind(process);
const graph = makeModuleGraph();

registerHooks({
  resolve(specifier, context, next) {
    const found = next(specifier, context);
    graph.add(context.parentURL, found.url);
    return found;
  },
});

async function tell(index: number, { directory, handler }: Asked): Promise<Told> {
  try {
    const found = schemaOf(await loadHandler(directory, handler));
    return { index, ...found, files: filesOf(directory, handler) };
  } catch (thrown) {
    return { index, reason: thrown instanceof Error ? thrown.message : String(thrown), files: [] };
  }
}

/** What a change of could change the schema; what is installed changes with the package's version alone. */
function filesOf(directory: string, handler: string): readonly string[] {
  const file = findHandlerFile(directory, handler);
  if (file === undefined) return [];
  const reached = graph.reach(pathToFileURL(resolve(file)).href);
  return reached
    .filter((url) => url.startsWith("file:") && !url.includes("/node_modules/"))
    .map((url) => fileURLToPath(url));
}

process.on("message", async (asked: readonly Asked[]) => {
  for (const [index, one] of asked.entries()) send?.(await tell(index, one));
  process.disconnect();
  // A handler's module may have opened what would keep the process alive.
  setImmediate(() => process.exit());
});
