/** What prepares a worker's container for its tasks. */
import { tmpdir } from "node:os";
import { expect, test } from "vitest";
import { runSetupScript } from "../../../src/queue/worker/setup-script.ts";

const folder = tmpdir();
const signal = new AbortController().signal;
const environment = { PATH: process.env.PATH, HOME: "/tmp", GONE: "before", NOT: undefined };

test("without a script tasks have the environment that is there", async () => {
  expect(await runSetupScript(undefined, { folder, environment, signal })).toEqual({
    PATH: process.env.PATH,
    HOME: "/tmp",
    GONE: "before",
  });
});

test("what a script exports is there for tasks, of several lines too, and what it unsets is not", async () => {
  const script = "unset GONE\nexport BUCKET=s3://results LINES_OF=$'one\\ntwo=2'\nPATH=/venv/bin:$PATH\nHIDDEN=1\n";
  const found = await runSetupScript(script, { folder, environment, signal });
  expect(found).toMatchObject({
    BUCKET: "s3://results",
    LINES_OF: "one\ntwo=2",
    PATH: `/venv/bin:${process.env.PATH}`,
  });
  expect(found).not.toHaveProperty("GONE");
  expect(found).not.toHaveProperty("HIDDEN");
});

test("a step that fails ends it, and nothing after it runs", async () => {
  await expect(runSetupScript("false\nexit 0\n", { folder, environment, signal })).rejects.toThrow(
    "The setup script of the run failed: it ended with exit status 1",
  );
});

test("it is ended with its worker", async () => {
  const stop = new AbortController();
  const running = runSetupScript("sleep 60", { folder, environment, signal: stop.signal });
  stop.abort();
  await expect(running).rejects.toThrow("The setup script of the run failed");
});
