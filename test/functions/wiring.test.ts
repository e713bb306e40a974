/** The definitions of the built-in functions and the wiring that reads their environment belong together. */
import { resolve } from "node:path";
import { expect, test } from "vitest";
import { type Environment, VARIABLES } from "../../src/env.ts";
import { batchPorts, functionPorts } from "../../src/functions/wiring.ts";
import { silentLog } from "../../src/log.ts";
import { readProject } from "../../src/project/read-project.ts";

const { project } = readProject(resolve(import.meta.dirname, "../.."), { env: {} });

const BASE_ARN = "arn:aws:states:us-west-2:123456789012:stateMachine:demo-prod-";

/** What the deployed Lambda finds in its environment, with stand-ins for what CloudFormation fills in. */
function environmentOf(name: string, more: Readonly<Record<string, string>> = {}): Environment {
  const component = project.functions.get(name);
  if (component?.lambda === undefined) throw new Error(`There is no function ${name}.`);
  const names = Object.keys({
    ...project.config.environment,
    ...component.environment,
    ...component.lambda.environment,
  });
  const given = Object.fromEntries(
    names.map((one) => [one, one === "CIRRUS_BASE_WORKFLOW_ARN" ? BASE_ARN : "stand-in"]),
  );
  return { ...given, ...more };
}

test.each(["process", "update-state", "reconcile"])(
  "the definition of %s gives all that its ports need",
  async (name) => {
    const ports = await functionPorts(silentLog, environmentOf(name));
    expect(ports.stateMachinePrefix).toBe("demo-prod-");
  },
);

test.each(["pre-batch", "post-batch"])("the definition of %s gives all that its ports need", async (name) => {
  const { payloads } = await batchPorts(silentLog, environmentOf(name));
  expect(payloads.urls.oversized("x")).toBe("s3://stand-in/stand-in/tmp/oversized/x.json");
});

test("no definition gives a variable that nobody reads", () => {
  for (const { name, lambda } of project.functions.values()) {
    const unread = Object.keys(lambda?.environment ?? {}).filter(
      (one) => !(one in VARIABLES) && !one.startsWith("POWERTOOLS_"),
    );
    expect(unread, name).toEqual([]);
  }
});

test("payloads are read from the project's two buckets and where its configuration says besides", async () => {
  const payloads = async (urls: string) => {
    const environment = environmentOf("process", {
      CIRRUS_DATA_BUCKET: "data",
      CIRRUS_PAYLOAD_BUCKET: "payloads",
      CIRRUS_PAYLOAD_URLS: urls,
    });
    return (await functionPorts(silentLog, environment)).payloads.allowedUrls;
  };
  expect(await payloads("")).toEqual(["s3://payloads", "s3://data"]);
  expect(await payloads("s3://a/x, s3://b")).toEqual(["s3://payloads", "s3://data", "s3://a/x", "s3://b"]);
});

test("an ARN that is none of a state machine is refused in words", async () => {
  const environment = environmentOf("process", { CIRRUS_BASE_WORKFLOW_ARN: "demo-prod" });
  await expect(functionPorts(silentLog, environment)).rejects.toMatchObject({
    hint: expect.stringContaining("arn:<partition>:states"),
  });
});
