/** Events of Lambdas that would deploy, or nearly, and never start anything. */
import { expect, test } from "vitest";
import { checkEvents } from "../../src/compile/check/check-events.ts";
import { read, show } from "../project/project-folder.ts";
import { lambdaTask } from "./compile-project.ts";

/** The problems of a task with these events. */
function check(events: string, more: Readonly<Record<string, string>> = {}): string[] {
  const { project, problems } = read({ ...lambdaTask("warp", `events:\n${events}`), ...more });
  expect(show(problems)).toEqual([]);
  return show(checkEvents(project));
}

test("an event of no known type is a problem, with the nearest name or those that resemble it", () => {
  const [first, second, ...more] = check(
    "  - schedul: rate(1 hour)\n  - cron: 0 12 * * *\n  - sqs: {arn: a}\n  - alexaSkill\n",
  );
  expect(first).toBe(
    "tasks/warp/definition.yml:3:7 unknown-event: There is no event schedul, so it would never start the task warp " +
      "[Did you mean schedule?]",
  );
  expect(second).toContain("tasks/warp/definition.yml:4:7 unknown-event: There is no event cron, so");
  expect(more).toEqual([]);
});

test("another plugin may know an event that resembles none of the known ones", () => {
  const own = "plugins: [cirrus-pipeline/serverless, serverless-esbuild]\n";
  const other = "plugins: [cirrus-pipeline/serverless, serverless-esbuild, more-events]\n";
  const events = "  - schedul: rate(1 hour)\n  - existingBucket: a\n";
  expect(check(events, { "serverless.yml": own })).toHaveLength(2);
  expect(check(events, { "serverless.yml": other })).toEqual([expect.stringContaining("no event schedul,")]);
});

test.each([
  "rate(1 minute)",
  "rate(5 minutes)",
  "rate(10 days)",
  "cron(0 12 * * ? *)",
  "cron(0/15 8-17 ? * MON-FRI *)",
  "cron(0 8 L * ? 2030/2)",
  "cron(0 8 ? * 6#3 *)",
])("%s is a schedule", (text) => {
  expect(check(`  - schedule: ${text}\n  - schedule: {rate: ["${text}"], enabled: false}\n`)).toEqual([]);
});

test.each([
  ["rate(5 minute)", "of one, the unit has no s"],
  ["rate(1 hours)", "of one, the unit has no s"],
  ["rate(0 hours)", "Write rate(1 hour)"],
  ["rate(5min)", "Write rate(1 hour)"],
  ["every 5 minutes", "Write rate(1 hour)"],
  ["cron(0 12 * * *)", "six fields"],
  ["cron(0 12 * * * *)", "one is ?"],
])("%s is none, and says what to write", (text, hint) => {
  const problems = check(`  - schedule: ${text}\n  - schedule:\n      rate: ["${text}"]\n`);
  expect(problems).toEqual([
    expect.stringContaining(`tasks/warp/definition.yml:3:17 bad-schedule: ${text} is no schedule [`),
    expect.stringContaining(`tasks/warp/definition.yml:5:16 bad-schedule: ${text} is no schedule [`),
  ]);
  for (const problem of problems) expect(problem).toContain(hint);
});

test("events of a disabled Lambda start nothing anyway", () => {
  expect(check("  - nothing: a\nenabled: false\n")).toEqual([]);
});

test.each([
  ["{ arn: !Ref PublishTopic, topicName: items, filterPolicy: { status: [created], $or: [{ a: [{ prefix: b }] }] } }"],
  ["{ arn: !Ref PublishTopic, topicName: items, filterPolicy: { a: { b: [1, null, { likeness: 3 }] } } }"],
  ["{ arn: 'arn:aws:sns:us-west-2:123456789012:scenes', filterPolicy: { a: [x] }, filterPolicyScope: MessageBody }"],
  ["{ arn: !Ref A, topicName: a, filterPolicy: { a: !Ref B, b: [!Ref C], c: !Split [a, b] } }"],
  ["{ topicName: items, displayName: Items }"],
  ["items"],
])("the subscription %s is in order", (sns) => {
  expect(check(`  - sns: ${sns}\n`)).toEqual([]);
});

test.each([
  [
    "filterPolcy: { a: [b] }",
    "unknown-setting: A subscription to a topic has no setting filterPolcy [Did you mean filterPolicy?]",
  ],
  ["filterPolicy: { a: b }", "bad-filter: A filter's a is a list of what it lets through [Write a: [b]]"],
  ["filterPolicy: { a: { b: 1 } }", "bad-filter: A filter's b is a list of what it lets through [Write b: [1]]"],
  ["filterPolicy: { a: [{ prefx: b }] }", "bad-filter: A filter has no operator prefx [Did you mean prefix?]"],
  ["filterPolicy: { $or: [{ a: b }] }", "bad-filter: A filter's a is a list of what it lets through [Write a: [b]]"],
])("a subscription with %s is a problem where it stands", (setting, problem) => {
  const found = check(`  - sns: { arn: !Ref PublishTopic, topicName: items, ${setting} }\n`);
  expect(found).toEqual([expect.stringMatching(/^tasks\/warp\/definition\.yml:3:\d+ /)]);
  expect(found[0]).toContain(problem);
});

test("a topic that is referred to is no subscription without a name", () => {
  expect(check("  - sns: { arn: !Ref PublishTopic }\n")).toEqual([
    expect.stringContaining("missing-topic-name: A topic that is referred to needs a name beside its arn"),
  ]);
});
