/** Port: what tasks take. On one machine their handlers tell; on AWS it is a file that the deployment made of them. */
import type { JsonObject } from "../json.ts";

export interface TaskSchemas {
  /** The JSON Schema of a task's parameters; undefined for a task that has none to tell. */
  schemaOf(task: string): Promise<JsonObject | undefined>;
}

/** The file's name in the zip of the function that answers for the API: schemas by task. */
export const TASK_SCHEMAS_FILE = "task-schemas.json";
