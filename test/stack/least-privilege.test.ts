// biome-ignore-all lint/suspicious/noTemplateCurlyInString: references are written as CloudFormation writes them
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { expect, test } from "vitest";
import { parse } from "yaml";
import * as z from "zod";
import { isJsonObject } from "../../src/json.ts";
import { allProblems, dig, functions, ofType, resources } from "./compiled-stack.ts";
import { type Grant, listGrants, listManagedPolicies, OF_HOLDERS, ROLE } from "./policies.ts";

const wildcards = z
  .array(
    z.union([
      z.strictObject({ resource: z.string(), actions: z.array(z.string()).min(1), reason: z.string().min(20) }),
      z.strictObject({ policy: z.string(), reason: z.string().min(20) }),
    ]),
  )
  .parse(parse(readFileSync(resolve(import.meta.dirname, "wildcards.yml"), "utf8")));
const allowedResources = wildcards.flatMap((entry) => ("resource" in entry ? [entry] : []));
const allowedPolicies = wildcards.flatMap((entry) => ("policy" in entry ? [entry.policy] : []));

/** Every action on a resource where either holds a `*`, and the entry that allows it. */
function listWildcards(grants: readonly Grant[]) {
  const uses = grants
    .filter(({ type, effect }) => OF_HOLDERS.includes(type) && effect === "Allow")
    .flatMap(({ holder, actions, resources: targets }) =>
      targets.flatMap((resource) => actions.map((action) => ({ holder, action, resource }))),
    )
    .filter(({ action, resource }) => action.includes("*") || resource.includes("*"));
  return uses.map((use) => ({
    ...use,
    entry: allowedResources.find(
      (entry) => matches(use.resource, entry.resource) && entry.actions.includes(use.action),
    ),
  }));
}

/** The only pattern in an entry is one name within the stack: `<name>`. */
function matches(resource: string, pattern: string): boolean {
  const [before = "", after] = pattern.split("<name>");
  if (after === undefined) return resource === pattern;
  const name = resource.slice(before.length, resource.length - after.length);
  return resource === before + name + after && /^[\w-]+$/.test(name);
}

test("the project compiles", () => {
  expect(allProblems).toEqual([]);
  expect(listGrants(resources).length).toBeGreaterThan(30);
});

test("no role and no policy may do anything to more than can be named, but for what is justified", () => {
  const unjustified = listWildcards(listGrants(resources)).filter(({ entry }) => entry === undefined);
  expect(unjustified.map(({ holder, action, resource }) => `${holder}: ${action} on ${resource}`)).toEqual([]);
});

test("a wildcard that nobody justified is found", () => {
  const Action = ["s3:GetObject", "s3:*", "s3:DeleteObject"];
  const Statement = { Effect: "Allow", Action, Resource: { "Fn::Sub": "arn:${AWS::Partition}:s3:::${DataBucket}/*" } };
  const role = { Type: ROLE, Properties: { Policies: [{ PolicyDocument: { Statement } }] } };
  const found = listWildcards(listGrants(new Map([["SomeRole", role]])));
  expect(found.map(({ entry }) => entry !== undefined)).toEqual([true, false, false]);
});

test("every justification is needed", () => {
  const uses = listWildcards(listGrants(resources));
  const unused = allowedResources.flatMap((entry) => {
    const used = new Set(uses.filter((use) => use.entry === entry).map(({ action }) => action));
    return entry.actions.filter((action) => !used.has(action)).map((action) => `${action} on ${entry.resource}`);
  });
  expect(unused).toEqual([]);
});

test("roles have no policies that somebody else may widen, but for what is justified", () => {
  expect(listManagedPolicies(resources)).toEqual(allowedPolicies.sort());
});

test("every function and every state machine has a role of its own", () => {
  const machines = [...ofType("AWS::StepFunctions::StateMachine").values()];
  const roles = [
    ...[...functions.values()].map(({ role = null }) => JSON.stringify(role)),
    ...machines.map(({ Properties }) => JSON.stringify(dig(Properties, "RoleArn"))),
  ];
  expect(machines.length).toBeGreaterThan(2);
  expect(roles.every((role) => role.startsWith('{"Fn::GetAtt":['))).toBe(true);
  expect(new Set(roles).size).toBe(roles.length);
});

test("queues, topics and buckets are open to AWS services alone, and only on behalf of one resource of this stack", () => {
  const open = listGrants(resources).filter(({ type, effect }) => !OF_HOLDERS.includes(type) && effect === "Allow");
  expect(open.length).toBeGreaterThan(4);
  for (const { holder, principal, condition } of open) {
    expect(isJsonObject(principal) && Object.keys(principal), holder).toEqual(["Service"]);
    const source = dig(condition, "ArnEquals", "aws:SourceArn") ?? dig(condition, "ArnLike", "aws:SourceArn");
    expect(isJsonObject(source), holder).toBe(true);
  }
});

test.each(["AWS::SQS::Queue", "AWS::SNS::Topic", "AWS::S3::Bucket"])(
  "every %s refuses what is not sent over TLS",
  (type) => {
    const refusals = listGrants(ofType(`${type}Policy`)).filter(
      ({ effect, principal, condition }) =>
        effect === "Deny" && principal === "*" && dig(condition, "Bool", "aws:SecureTransport") === "false",
    );
    const refusing = refusals.flatMap(({ resources: targets }) => targets.map((arn) => /\w+/.exec(arn)?.[0]));
    expect([...new Set(refusing)].sort()).toEqual([...ofType(type).keys()].sort());
  },
);
