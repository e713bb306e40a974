/** One step of a payload's `process`: which workflow, with which parameters; and the forms of it that older payloads use. */
import * as z from "zod";
import { InvalidInput } from "../errors.ts";
import { isJsonObject, type Json, type JsonObject } from "../json.ts";
import { type Await, awaitSchema } from "./await.ts";
import { compileChainFilter } from "./chain-filter.ts";
import { anObject, byShape, expecting, text } from "./expecting.ts";
import { WORKFLOW_NAME } from "./payload-id.ts";

export interface UploadOptions extends JsonObject {
  /** `${collection}/${year}/${month}/${day}/${id}` and any item property. */
  readonly path_template?: string;
  /** Asset keys, or every asset. */
  readonly public_assets?: readonly string[] | "ALL";
  readonly headers?: Readonly<Record<string, string>>;
  /** `s3://` URLs in the items; https where false. */
  readonly s3_urls?: boolean;
  /** Collection name to the pattern that its items' IDs match; the older form of `collection_matchers`. */
  readonly collections?: Readonly<Record<string, string>>;
}

export interface CollectionMatcher extends JsonObject {
  readonly type: "jsonpath" | "catch_all";
  readonly pattern?: string;
  readonly collection_name: string;
}

export interface ProcessDefinition extends JsonObject {
  readonly workflow: string;
  readonly description?: string;
  /** Whose payload it is, for those who look for theirs. */
  readonly organisation?: string;
  /** Parameters of every task. */
  readonly workflow_options?: JsonObject;
  /** Parameters by task name. */
  readonly tasks?: Readonly<Record<string, JsonObject>>;
  readonly upload_options?: UploadOptions;
  /** Run again although the payload ended SUCCEEDED or INVALID. */
  readonly replace?: boolean;
  /** Which items go on when a chain reaches this definition. */
  readonly chain_filter?: string;
  /** What else has to be there before this runs. */
  readonly await?: Await;
  /** The collections part of the payload ID. */
  readonly collections?: string;
  /** The first that matches names an item's collection. */
  readonly collection_matchers?: readonly CollectionMatcher[];
  /** Overrides by collection. */
  readonly collection_options?: Readonly<Record<string, JsonObject>>;
}

/** It is part of the keys that payloads are found by. */
const MAX_ORGANISATION = 100;

const taskMap = z.record(
  z.string(),
  anObject("the task's parameters"),
  expecting("an object: task name to parameters", 'Write {"copy-assets": {"assets": ["thumbnail"]}}.'),
);

const taskList = z.array(
  z.looseObject(
    { name: text("a task name"), parameters: anObject("the task's parameters").optional() },
    expecting("a task with its name", 'Write {"name": "copy-assets", "parameters": {…}}.'),
  ),
);

const tasks = byShape((value) => (Array.isArray(value) ? taskList : taskMap)).optional();

export const uploadOptions = z
  .looseObject(
    {
      path_template: text(`a path template such as \${collection}/\${year}/\${id}`).optional(),
      public_assets: z
        .union(
          [z.literal("ALL"), z.array(z.string())],
          expecting('a list of asset keys or "ALL"', 'Write ["thumbnail"].'),
        )
        .optional(),
      headers: z
        .record(
          z.string(),
          z.string(),
          expecting("an object: header name to text", 'Write {"Cache-Control": "no-cache"}.'),
        )
        .optional(),
      s3_urls: z.boolean(expecting("true or false", "true writes s3:// URLs into the items, false https.")).optional(),
      collections: z
        .record(
          z.string(),
          z.string(),
          expecting("an object: collection name to pattern", "Or use collection_matchers instead."),
        )
        .optional(),
    },
    expecting("an object of upload options", `Write {"path_template": "\${collection}/\${id}"}.`),
  )
  .optional();

const collectionMatcher = z.looseObject(
  {
    type: z.enum(
      ["jsonpath", "catch_all"],
      expecting('"jsonpath" or "catch_all"', "These are the two kinds of matcher."),
    ),
    pattern: text("a JSONPath pattern").optional(),
    collection_name: text("a collection name"),
  },
  expecting("a collection matcher", 'Write {"type": "catch_all", "collection_name": "…"}.'),
);

const chainFilter = text("a filter such as @.properties.gsd <= 10").superRefine((filter, context) => {
  try {
    compileChainFilter(filter);
  } catch (error) {
    if (!(error instanceof InvalidInput)) throw error;
    context.addIssue({ code: "custom", message: `a chain filter (${error.message})\n${error.hint ?? ""}` });
  }
});

export const processDefinition = z
  .looseObject(
    {
      workflow: z
        .string(expecting("the name of a workflow", 'Write "workflow": "publish-only".'))
        .regex(
          WORKFLOW_NAME,
          expecting(
            "a workflow name: a letter, then up to 79 letters, digits or -",
            "Rename the workflow; _ and / would make payload IDs ambiguous.",
          ),
        ),
      description: z.string(expecting("a text", "Write it in quotes.")).optional(),
      organisation: text("the short name of an organisation")
        .max(
          MAX_ORGANISATION,
          expecting(`a name of at most ${MAX_ORGANISATION} characters`, "Write a short name.").error,
        )
        .optional(),
      workflow_options: anObject("parameters for every task").optional(),
      tasks,
      functions: tasks,
      upload_options: uploadOptions,
      output_options: uploadOptions,
      replace: z
        .boolean(expecting("true or false", "true runs a payload again that has ended SUCCEEDED or INVALID."))
        .optional(),
      chain_filter: chainFilter.optional(),
      await: awaitSchema.optional(),
      collections: text("the collections part of the payload ID").optional(),
      collection_matchers: z
        .array(collectionMatcher, expecting("a list of collection matchers", "Write […]."))
        .optional(),
      collection_options: z
        .record(
          z.string(),
          anObject("options of a collection"),
          expecting("an object: collection name to options", "Write {…}."),
        )
        .optional(),
    },
    expecting("a process definition", 'Write {"workflow": "publish-only", "tasks": {…}}.'),
  )
  .superRefine((definition, context) => {
    const upload = definition.upload_options ?? definition.output_options;
    if (upload?.collections === undefined || definition.collection_matchers === undefined) return;
    const { error } = expecting(
      "one of upload_options.collections and collection_matchers",
      "Remove one of the two: both name the items' collections.",
    );
    context.addIssue({ code: "custom", message: error, path: ["collection_matchers"] });
  });

/** The present form of a definition that passed the schema: `output_options`, `functions` and task lists are older names. */
export function normaliseDefinition(definition: JsonObject): ProcessDefinition {
  const { output_options, functions, ...rest } = definition;
  const upload = rest.upload_options ?? output_options;
  const given = rest.tasks ?? functions;
  // The schema has been checked; what the type promises holds.
  return {
    ...rest,
    ...(upload === undefined ? {} : { upload_options: upload }),
    ...(given === undefined ? {} : { tasks: Array.isArray(given) ? tasksByName(given) : given }),
  } as ProcessDefinition;
}

function tasksByName(list: readonly Json[]): JsonObject {
  return Object.fromEntries(list.filter(isJsonObject).map((task) => [String(task.name), task.parameters ?? {}]));
}
