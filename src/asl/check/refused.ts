/** What Step Functions can do and this engine cannot: refused by name before anything runs, never half-run. */

export interface Refusal {
  readonly what: string;
  readonly hint: string;
}

const JSONATA: Refusal = {
  what: "it belongs to JSONata, and this engine reads JSONPath",
  hint: "Write the state with InputPath, Parameters, ResultSelector, ResultPath and OutputPath.",
};
const DISTRIBUTED: Refusal = {
  what: "it belongs to a distributed Map, and this engine runs inline Maps",
  hint: "Pass the items in the input, or start one execution for each item.",
};

export const REFUSED_FIELDS: ReadonlyMap<string, Refusal> = new Map([
  ["Assign", { what: "this engine has no variables", hint: "Carry the value in the payload with ResultPath." }],
  ["Arguments", JSONATA],
  ["Output", JSONATA],
  ["Condition", JSONATA],
  ["Items", JSONATA],
  [
    "Credentials",
    { what: "a task runs with the role of its own function", hint: "Give the function itself the permissions." },
  ],
  ["ItemReader", DISTRIBUTED],
  ["ItemBatcher", DISTRIBUTED],
  ["ResultWriter", DISTRIBUTED],
  ["ToleratedFailureCount", DISTRIBUTED],
  ["ToleratedFailureCountPath", DISTRIBUTED],
  ["ToleratedFailurePercentage", DISTRIBUTED],
  ["ToleratedFailurePercentagePath", DISTRIBUTED],
  ["Label", DISTRIBUTED],
]);

export const DISTRIBUTED_MAP = DISTRIBUTED;
export const JSONATA_LANGUAGE = JSONATA;

/** Why a task's resource cannot be called, if it cannot. */
export function refuseResource(resource: string): Refusal | undefined {
  if (resource.endsWith(".waitForTaskToken")) {
    return {
      what: "this engine has no task tokens to call back with",
      hint: "Use .sync, or poll with Wait and Choice.",
    };
  }
  if (/^arn:[^:]+:states:[^:]+:\d+:activity:/.test(resource)) {
    return { what: "this engine has no activities", hint: "Use a Lambda function or a Batch job." };
  }
  return undefined;
}
