import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { TaskError } from "../src/asl/errors.ts";
import { isJsonObject, type Json } from "../src/json.ts";
import { bindLocally } from "../src/project/local/local.ts";
import { readProject } from "../src/project/read-project.ts";
import { type Answer, start } from "../test/asl/harness.ts";

const { project } = readProject(join(import.meta.dirname, ".."), { env: {} });
const { workflows } = bindLocally(project, { environment: {} });

const JOB = "arn:aws:states:::batch:submitJob.sync";
const STORED = { url: "s3://payloads/in.json", url_out: "s3://payloads/out.json" };

/** Runs a workflow with answers in place of tasks, and gives the name of each Lambda and job in the order of their calls. */
async function callsOf(workflow: string, input: Json, answers: Readonly<Record<string, Answer>> = {}) {
  const { result, calls } = start(workflows.get(workflow)?.definition, {
    input,
    answer(call, clock) {
      const name = nameOf(call);
      const answer = answers[name];
      if (answer !== undefined) return answer(call, clock);
      if (name === "pre-batch") return STORED;
      return name === "post-batch" ? input : call.input;
    },
  });
  return { result: await result, calls: calls.map(nameOf) };
}

function nameOf({ resource, input }: { readonly resource: string; readonly input: Json }): string {
  if (resource !== JOB)
    return /(pre-batch|post-batch|copy-assets|add-preview|convert-to-cog|publish)$/.exec(resource)?.[1] ?? resource;
  return isJsonObject(input) ? `job ${String(input.JobName)}` : resource;
}

function payload(workflow: string, tasks: Json): Json {
  return { type: "FeatureCollection", features: [], process: [{ workflow, tasks }] };
}

const IN_BATCH = (task: string) => ["pre-batch", `job ${task}`, "post-batch"];

describe.each([
  ["publish-only", ["publish"]],
  ["mirror", ["copy-assets", "publish"]],
  ["mirror-with-preview", ["copy-assets", "add-preview", "publish"]],
  ["cog-archive", ["copy-assets", "convert-to-cog", "publish"]],
])("the workflow %s", (workflow, tasks) => {
  test.each([
    ["says nothing of it", payload(workflow, {})],
    ["has no parameters at all", { features: [], process: [{ workflow }] }],
    ["says false", payload(workflow, Object.fromEntries(tasks.map((task) => [task, { batch: false }])))],
    ["came as a URL, and its parameters cannot be seen", { url: "s3://payloads/large.json" }],
  ])("runs Lambdas where the payload %s", async (_title, input) => {
    const { result, calls } = await callsOf(workflow, input);
    expect(result.status).toBe("SUCCEEDED");
    expect(calls).toEqual(tasks);
  });

  test.each(tasks)("runs %s in Batch where its parameters say so, and the other tasks as Lambdas", async (batched) => {
    const input = payload(workflow, { [batched]: { batch: true } });
    const { result, calls } = await callsOf(workflow, input);
    expect(result).toMatchObject({ status: "SUCCEEDED", output: input });
    expect(calls).toEqual(tasks.flatMap((task) => (task === batched ? IN_BATCH(task) : [task])));
  });

  test.each(tasks)("ends with the error of %s, whether it was a job or a Lambda", async (failing) => {
    const fail = () => {
      throw new TaskError("InvalidItem", "no geometry");
    };
    const ended = { status: "FAILED", error: "InvalidItem", cause: "no geometry" };
    const asLambda = await callsOf(workflow, payload(workflow, {}), { [failing]: fail });
    expect(asLambda.result).toMatchObject(ended);
    const jobFailed = () => {
      throw new TaskError("States.TaskFailed", "exit code 1");
    };
    const asJob = await callsOf(workflow, payload(workflow, { [failing]: { batch: true } }), {
      [`job ${failing}`]: jobFailed,
      "post-batch": fail,
    });
    expect(asJob.result).toMatchObject(ended);
    // The same item would end the same way: nothing is tried again.
    expect(asJob.calls.filter((call) => call === `job ${failing}`)).toHaveLength(1);
  });

  test.each(tasks)("tries the whole group of %s again where its job's machine went", async (batched) => {
    const input = payload(workflow, { [batched]: { batch: true } });
    let left = 1;
    const lost: Answer = () => {
      if (left-- > 0) throw new TaskError("Batch.SpotInterruption", "Host EC2 terminated");
      return input;
    };
    const { result, calls } = await callsOf(workflow, input, { "post-batch": lost });
    expect(result).toMatchObject({ status: "SUCCEEDED", output: input });
    expect(calls.filter((call) => call === "pre-batch")).toHaveLength(2);
  });
});
