/** What the tasks of a stage take: the file that its deployment put beside the API's code. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { TASK_SCHEMAS_FILE, type TaskSchemas } from "../../executions/task-schemas.ts";
import { isJsonObject, type Json } from "../../json.ts";
import { once } from "../../once.ts";

/** A deployment from before there was such a file has none. */
export function deployedSchemas(folder: string): TaskSchemas {
  const read = once(async (): Promise<Json> => {
    try {
      return JSON.parse(await readFile(join(folder, TASK_SCHEMAS_FILE), "utf8"));
    } catch {
      return {};
    }
  });
  return {
    async schemaOf(name) {
      const schemas = await read();
      const schema = isJsonObject(schemas) && Object.hasOwn(schemas, name) ? schemas[name] : undefined;
      return isJsonObject(schema) ? schema : undefined;
    },
  };
}
