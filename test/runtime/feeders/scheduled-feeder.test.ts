/** A feeder with a schedule, called as the Lambda that it is: what it finds is in the queue of the runtime. */
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { type Clock, systemClock } from "../../../src/clock.ts";
import { silentLog } from "../../../src/log.ts";
import { readProject } from "../../../src/project/read-project.ts";
import { feederSchedules } from "../../../src/runtime/feeders/schedules/feeder-schedules.ts";
import { startFeeders } from "../../../src/runtime/feeders/start-feeders.ts";
import { makeRuntime } from "../../../src/runtime/runtime.ts";
import { temporaryProject } from "../../cli/temporary-project.ts";

const DEFINITION = `uses: feed-schedule
environment:
  CIRRUS_FEEDER_PARAMETERS: '{"collection": "mosaics", "workflow": "mosaic"}'
lambda:
  events:
    - sqs: !GetAtt SomewhereElse.Arn
    - schedule:
        rate: [cron(30 1 * * ? *), rate(1 hour)]
        timezone: Europe/Berlin
        input: { time: "2030-01-15T01:00:00Z", periods: 2 }
    - schedule: { rate: rate(1 day), enabled: false }
`;

function projectOf(definition: string) {
  const root = temporaryProject({ "feeders/daily/definition.yml": definition });
  return { root, project: readProject(root, { env: {} }).project };
}

test("the schedules of feeders are those of their definitions that are enabled", () => {
  const input = { time: "2030-01-15T01:00:00Z", periods: 2 };
  expect(feederSchedules(projectOf(DEFINITION).project)).toEqual([
    { feeder: "daily", expression: "cron(30 1 * * ? *)", timezone: "Europe/Berlin", input },
    { feeder: "daily", expression: "rate(1 hour)", timezone: "Europe/Berlin", input },
  ]);
  const short = "uses: feed-schedule\nlambda:\n  events:\n    - schedule: rate(5 minutes)\n";
  expect(feederSchedules(projectOf(short).project)).toEqual([{ feeder: "daily", expression: "rate(5 minutes)" }]);
  expect(feederSchedules(projectOf(`${short}  enabled: false\n`).project)).toEqual([]);
});

/** The first one who sleeps wakes at once, on the next day, all others never. */
function impatient(): Clock {
  let slept = false;
  return {
    now: () => systemClock.now() + (slept ? 86_400_000 : 0),
    sleep(_ms, signal) {
      if (!slept) {
        slept = true;
        return Promise.resolve();
      }
      return new Promise((_resolve, reject) => {
        signal?.addEventListener("abort", () => reject(signal.reason), { once: true });
      });
    },
  };
}

test("a feeder of the package that a project uses sends what it finds to the runtime's queue", async () => {
  const { root, project } = projectOf(DEFINITION);
  const runtime = makeRuntime({ project, data: join(root, ".cirrus") });
  onTestFinished(() => runtime.stop());
  const found = await new Promise<readonly [string, number]>((resolve, reject) => {
    const log = {
      ...silentLog,
      error: (message: string, fields = {}) => reject(new Error(`${message} ${JSON.stringify(fields)}`)),
    };
    const schedules = startFeeders(runtime, { log, clock: impatient(), tell: (...told) => resolve(told) });
    onTestFinished(() => schedules.stop());
  });
  expect(found).toEqual(["daily", 2]);
  const messages = await runtime.intake.receive({ max: 10 });
  const ids = messages.map(({ body }) => JSON.parse(JSON.parse(body).Message).id);
  expect(ids).toEqual(["mosaics/workflow-mosaic/2030-01-13", "mosaics/workflow-mosaic/2030-01-14"]);
});

test("where schedules of the same project are kept already, whoever comes later waits and says so", () => {
  const { root, project } = projectOf(DEFINITION);
  const runtime = makeRuntime({ project, data: join(root, ".cirrus") });
  onTestFinished(() => runtime.stop());
  const warnings: string[] = [];
  const log = { ...silentLog, warn: (message: string) => void warnings.push(message) };
  for (const said of [0, 1]) {
    const schedules = startFeeders(runtime, { log, tell: () => {} });
    onTestFinished(() => schedules.stop());
    expect(warnings).toHaveLength(said);
  }
});
