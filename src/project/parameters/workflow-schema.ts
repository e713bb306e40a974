/** The JSON Schema of a workflow's payloads: what a payload is, and what its tasks take. */
import { isJsonObject, type JsonObject } from "../../json.ts";
import type { Project, Workflow } from "../project.ts";
import { tasksOf } from "../workflow-tasks.ts";
import { readAllParameters } from "./read-parameters.ts";

const DRAFT = "https://json-schema.org/draft/2020-12/schema";

/** An editor that finds it by a payload's `$schema` completes and checks what the payload says. */
export async function workflowSchema(
  workflow: Workflow,
  project: Pick<Project, "tasks" | "resources">,
): Promise<JsonObject> {
  const tasks = tasksOf(workflow, project).map(({ task }) => task);
  const schemas = await readAllParameters(tasks);
  const parameters = tasks.map((task) => [task.name, embed(task.name, schemas.get(task) ?? {})] as const);
  return {
    $schema: DRAFT,
    title: `Payload of the workflow ${workflow.name}`,
    ...(workflow.description === undefined ? {} : { description: workflow.description }),
    type: "object",
    required: ["type", "features", "process"],
    properties: {
      $schema: { type: "string", description: "Where this schema is, for editors." },
      type: { const: "FeatureCollection" },
      id: { type: "string", description: "The payload ID; made of the items and the workflow where it is left out." },
      features: { type: "array", minItems: 1, items: ITEM, description: "The STAC items that the workflow runs for." },
      process: {
        description: "What is done: this workflow, then those that are chained after it.",
        anyOf: [FIRST, chain(FIRST)],
      },
    },
    $defs: { first: definition(workflow.name, parameters) },
  };
}

/** Written once: what a task's schema is referred to by must not be there twice. */
const FIRST: JsonObject = { $ref: "#/$defs/first" };

const ITEM: JsonObject = {
  type: "object",
  required: ["type", "id"],
  properties: { type: { const: "Feature" }, id: { type: "string" }, collection: { type: "string" } },
};

function chain(first: JsonObject): JsonObject {
  const next = { type: "object", required: ["workflow"], properties: { workflow: { type: "string" } } };
  const step = { anyOf: [next, { type: "array", items: next }] };
  return { type: "array", minItems: 1, prefixItems: [first], items: step };
}

function definition(workflow: string, parameters: readonly (readonly [string, JsonObject])[]): JsonObject {
  return {
    type: "object",
    required: ["workflow"],
    properties: {
      workflow: { const: workflow },
      description: { type: "string", description: "For people." },
      organisation: { type: "string", description: "Whose payload it is." },
      tasks: {
        type: "object",
        description: "Parameters by task.",
        properties: Object.fromEntries(parameters),
        additionalProperties: false,
      },
      workflow_options: { type: "object", description: "Parameters of every task." },
      upload_options: UPLOAD_OPTIONS,
      replace: { type: "boolean", description: "Run again although the payload ended SUCCEEDED or INVALID." },
      chain_filter: { type: "string", description: "Which items go on when a chain reaches this definition." },
      collections: { type: "string", description: "The collections part of the payload ID." },
      await: AWAIT,
      collection_matchers: { type: "array", description: "The first that matches names an item's collection." },
      collection_options: { type: "object", description: "What is said otherwise, by collection." },
    },
  };
}

const AWAIT: JsonObject = {
  type: "object",
  description: "What else has to be there before this runs: payloads by their IDs, or a count of a group.",
  properties: {
    payloads: {
      type: "array",
      items: { type: "string" },
      minItems: 1,
      description: "IDs of payloads that must have SUCCEEDED.",
    },
    group: {
      type: "string",
      description: "Names those that belong together, made of their items' properties.",
      examples: [`\${collection}/\${date}`],
    },
    count: { type: "integer", minimum: 1, description: "How many payloads of the group must have arrived." },
    timeout: {
      type: "string",
      pattern: "^[1-9][0-9]*[mhd]$",
      description: "How long it waits.",
      examples: ["12h", "7d"],
    },
    on_timeout: { enum: ["fail", "run"], description: "What happens then: it fails, or runs with what is there." },
  },
  oneOf: [{ required: ["payloads"] }, { required: ["group", "count"] }],
  additionalProperties: false,
};

const UPLOAD_OPTIONS: JsonObject = {
  type: "object",
  description: "Where the workflow's tasks put files, and how.",
  properties: {
    path_template: {
      type: "string",
      description: "Folder of an item's files, made of the item's own properties.",
      examples: [`\${collection}/\${year}/\${month}/\${day}/\${id}`],
    },
    public_assets: {
      description: "Asset keys that anyone may read.",
      anyOf: [{ const: "ALL" }, { type: "array", items: { type: "string" } }],
    },
    headers: { type: "object", additionalProperties: { type: "string" }, description: "Of every file that is stored." },
    s3_urls: { type: "boolean", description: "Write s3:// URLs into the items, and not https ones." },
    collections: { type: "object", description: "Collection name to the pattern that its items' IDs match." },
  },
};

/** References inside a schema are relative to its own root, which `$id` makes it keep. */
function embed(task: string, { $schema: _draft, ...schema }: JsonObject): JsonObject {
  const closed = isJsonObject(schema.properties) && schema.additionalProperties === undefined;
  return {
    ...(schema.$defs === undefined ? {} : { $id: `tasks/${task}` }),
    ...schema,
    ...(closed ? { additionalProperties: false } : {}),
  };
}
