/** What the guide of the dashboard shows is taken out of it and run against the real program in a project of its own. */
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { actionPage } from "../src/api/shapes/actions.ts";
import { EXIT } from "../src/errors.ts";
import { cirrus, startCirrus } from "./cli/cirrus.ts";
import { payloadText, taskFiles, temporaryProject, workflowFiles } from "./cli/temporary-project.ts";
import { guideBlocks } from "./guide-blocks.ts";

const { block, commands } = guideBlocks("dashboard.md");

const GUIDE_ADDRESS = "http://127.0.0.1:4280";
const FAILS = `export const handler = async () => { throw new Error("no such scene"); };\n`;

/** A project in which a payload has failed, kept running as the guide does it, but for the port. */
async function startProject(): Promise<(script: string) => Promise<string>> {
  const cwd = temporaryProject({
    ...taskFiles("fails", FAILS),
    ...workflowFiles("survey", "fails"),
    "payload.json": payloadText("survey", "scene"),
  });
  expect(await cirrus(["run", "survey", "payload.json"], { cwd })).toMatchObject({ code: EXIT.failed });
  const [words = []] = commands("npx cirrus dev");
  const project = startCirrus([...words, "--port", "0"], cwd);
  await project.saying("Ctrl-C stops");
  const [address = ""] = /http:\/\/127\.0\.0\.1:\d+/.exec(project.said()) ?? [];
  return async (script) => {
    const lines = script.replaceAll(GUIDE_ADDRESS, address).replaceAll("curl ", "curl -sS --fail-with-body ");
    return (await promisify(execFile)("sh", ["-ec", lines], { cwd, maxBuffer: 16 * 1024 * 1024 })).stdout;
  };
}

test("the guide of the dashboard: what it asks of the API is answered, and what it does is done and kept", async () => {
  const shell = await startProject();
  const asked = block("sh", "/v1/payloads/count").trim().split("\n");
  expect(asked.length).toBeGreaterThan(4);
  for (const line of asked) {
    const answer = JSON.parse(await shell(line));
    if (line.includes("limit=20")) expect(answer.rows).toMatchObject([{ state: "FAILED", workflow: "survey" }]);
    if (line.includes("/count")) expect(answer).toEqual({ count: 1, atLeast: false });
    if (line.includes("openapi")) expect(Object.keys(answer.paths)).toContain("/v1/payloads");
  }

  const example = JSON.parse(block("json", "bad-parameter"));
  const refused = await shell(`curl "${GUIDE_ADDRESS}/v1/payloads?limit=1001"`).catch(({ stdout }) => stdout);
  expect(JSON.parse(refused)).toEqual(example);

  const doing = block("sh", "X-Cirrus-Token").trim().split("\n");
  const kept = actionPage.parse(JSON.parse((await shell(doing.join("\necho\n"))).split("\n").at(-1) ?? ""));
  expect(kept.rows).toMatchObject([{ kind: "rerun", why: "the catalogue is back", state: "DONE", done: 1 }]);
  await expect(shell(doing.filter((line) => !line.startsWith("token=")).join("\n"))).rejects.toThrow("403");
});
