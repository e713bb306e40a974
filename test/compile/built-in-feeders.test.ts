// biome-ignore-all lint/suspicious/noTemplateCurlyInString: references are written as CloudFormation writes them
/** What a project gets that uses a feeder of the package, or makes one of its own from the template: it compiles, and its role may do what it needs and nothing more. */
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { compile } from "../../src/compile/compile.ts";
import { lambdaRoleId } from "../../src/compile/names.ts";
import { readProject } from "../../src/project/read-project.ts";
import { PACKAGE } from "../cli/temporary-project.ts";
import { show } from "../project/project-folder.ts";
import { type Grant, listGrants } from "../stack/policies.ts";

const FEEDERS = [
  "feed-rerun",
  "feed-s3-inventory",
  "feed-s3-objects",
  "feed-schedule",
  "feed-stac-api",
  "feed-stac-crawl",
];

const root = mkdtempSync(join(tmpdir(), "cirrus-feeders-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));
cpSync(join(PACKAGE, "cirrus.yml"), join(root, "cirrus.yml"));
for (const name of FEEDERS) {
  mkdirSync(join(root, `feeders/my-${name}`), { recursive: true });
  const definition = `uses: ${name}\nlambda:\n  events:\n    - schedule: rate(1 day)\n`;
  writeFileSync(join(root, `feeders/my-${name}/definition.yml`), definition);
}
const TEMPLATE = readFileSync(join(PACKAGE, "src/scaffold/templates/feeder/definition.yml"), "utf8");
mkdirSync(join(root, "feeders/my-own"));
writeFileSync(join(root, "feeders/my-own/definition.yml"), TEMPLATE);
writeFileSync(join(root, "feeders/my-own/handler.ts"), "");
const { project, problems } = readProject(root, { env: {} });
const compiled = compile(project);
const resources = new Map(Object.entries(compiled.resources.Resources ?? {}));

const grants = listGrants(resources as Parameters<typeof listGrants>[0]);

function ofFeeder(name: string): readonly Grant[] {
  const role = lambdaRoleId(`my-${name}`);
  return grants.filter(({ holder, actions }) => holder === role && !actions[0]?.startsWith("logs:"));
}

/** `action on resource`, without the log that every Lambda has. */
function grantsOf(name: string): readonly string[] {
  return ofFeeder(name).flatMap(({ actions, resources: on }) =>
    actions.flatMap((action) => on.map((resource) => `${action} on ${resource}`)),
  );
}

test("the project is without problems, and none of the package's own feeders is deployed", () => {
  expect(show([...problems, ...compiled.problems])).toEqual([]);
  const deployed = Object.keys(compiled.functions).filter((name) => name.includes("feed"));
  expect(deployed.sort()).toEqual(FEEDERS.map((name) => `my-${name}`));
});

describe.each([...FEEDERS, "own"])("%s", (name) => {
  const allowed = grantsOf(name);

  test("may send payloads, and call itself", () => {
    expect(allowed).toContain("sns:Publish on ${ProcessTopic}");
    expect(allowed.filter((grant) => grant.startsWith("lambda:"))).toEqual([
      expect.stringMatching(new RegExp(`^lambda:InvokeFunction on .*function:cirrus-dev-my-${name}$`)),
    ]);
  });

  test("may keep how far it is, and begin anew when it is through", () => {
    const actions = ["DeleteObject", "GetObject", "PutObject"].map((action) => `s3:${action}`);
    const kept = allowed.filter((grant) => grant.endsWith("/cirrus/feeders/*")).map((grant) => grant.split(" ")[0]);
    expect(kept).toEqual(actions);
    expect(allowed.filter((grant) => grant.startsWith("s3:ListBucket"))).toHaveLength(1);
  });

  test("writes to nothing but its own places among the payloads", () => {
    const writing = allowed.filter((grant) => !/^(?:\w+):(?:Get|List|BatchGet|Query|Describe)/.test(grant));
    const others = writing.filter((grant) => !grant.startsWith("sns:Publish") && !grant.startsWith("lambda:"));
    expect(others.filter((grant) => !/\/cirrus\/(?:tmp\/oversized|feeders)\/\*$/.test(grant))).toEqual([]);
  });

  test("may do nothing to everything", () => {
    expect(allowed.filter((grant) => /\*(?: on |$)/.test(grant) && !/\/\*$/.test(grant))).toEqual([]);
  });
});

test("feed-rerun reads the state table by keys and by its index, and of the table itself only the counts", () => {
  const [counts, ...more] = ofFeeder("feed-rerun").filter(
    ({ actions, resources: on }) => actions.includes("dynamodb:Query") && on.includes("${StateTable.Arn}"),
  );
  expect(more).toEqual([]);
  expect(counts?.condition).toEqual({ "ForAllValues:StringEquals": { "dynamodb:LeadingKeys": ["counts"] } });
  expect(grantsOf("feed-rerun").filter((grant) => grant.startsWith("dynamodb:"))).toEqual([
    "dynamodb:BatchGetItem on ${StateTable.Arn}",
    "dynamodb:Query on ${StateTable.Arn}/index/by-state",
    "dynamodb:Query on ${StateTable.Arn}",
  ]);
});

test("feed-rerun reads payloads where they ran, and where they waited in vain", () => {
  const read = grantsOf("feed-rerun").filter((grant) => grant.startsWith("s3:GetObject"));
  expect(read.map((grant) => /\/cirrus\/(\w+)\/\*$/.exec(grant)?.[1])).toEqual(["awaits", "executions", "feeders"]);
});
