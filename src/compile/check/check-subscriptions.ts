/** Subscriptions to topics that a deployment refuses, or whose misspelt filter lets every message through. */
import { isJsonObject, type Json, type JsonObject } from "../../json.ts";
import { nearest, suggest } from "../../nearest.ts";
import { hasVariables } from "../../project/variables/parse-variables.ts";
import type { Path } from "../../yaml/json-path.ts";

export interface SubscriptionProblem {
  readonly code: string;
  readonly message: string;
  readonly hint?: string | undefined;
  /** From the event on. */
  readonly path: Path;
  /** What of it is wrong: a name, or what it is given. */
  readonly part: "key" | "value";
}

/** The Serverless Framework's own: any other is left out of the deployment with a warning. */
const SETTINGS = ["arn", "topicName", "displayName", "filterPolicy", "filterPolicyScope", "redrivePolicy"];

const OPERATORS = ["prefix", "suffix", "equals-ignore-case", "anything-but", "numeric", "exists", "cidr", "wildcard"];

export function checkSubscription(sns: Json | undefined): SubscriptionProblem[] {
  if (!isJsonObject(sns)) return [];
  const { arn, topicName, filterPolicy } = sns;
  const unknown = Object.keys(sns).filter((name) => !SETTINGS.includes(name));
  const problems: SubscriptionProblem[] = unknown.map((name) => ({
    code: "unknown-setting",
    message: `A subscription to a topic has no setting ${name}`,
    hint: suggest(name, SETTINGS),
    path: ["sns", name],
    part: "key",
  }));
  if (isJsonObject(arn) && topicName === undefined) problems.push(MISSING_NAME);
  return [...problems, ...(isJsonObject(filterPolicy) ? checkPolicy(filterPolicy, ["sns", "filterPolicy"]) : [])];
}

const MISSING_NAME: SubscriptionProblem = {
  code: "missing-topic-name",
  message: "A topic that is referred to needs a name beside its arn",
  hint: "The subscription is called by it, so any name will do: topicName: items",
  path: ["sns", "arn"],
  part: "value",
};

function checkPolicy(policy: JsonObject, path: Path): SubscriptionProblem[] {
  return Object.entries(policy).flatMap(([name, wanted = null]) => {
    const place = [...path, name];
    if (isLeftOpen(name, wanted)) return [];
    if (isJsonObject(wanted)) return checkPolicy(wanted, place);
    if (Array.isArray(wanted)) return wanted.flatMap((one: Json, index) => checkCondition(one, [...place, index]));
    const message = `A filter's ${name} is a list of what it lets through`;
    return [{ code: "bad-filter", message, hint: `Write ${name}: [${wanted}]`, path: place, part: "value" }];
  });
}

/** CloudFormation's functions and variables are not known before a deployment. */
function isLeftOpen(name: string, wanted: Json): boolean {
  return name === "Ref" || name.startsWith("Fn::") || (typeof wanted === "string" && hasVariables(wanted));
}

/** An operator that resembles none may be one that AWS has learnt since. */
function checkCondition(condition: Json, path: Path): SubscriptionProblem[] {
  if (!isJsonObject(condition)) return [];
  // Of several alternatives, each is a policy itself.
  if (path.at(-2) === "$or") return checkPolicy(condition, path);
  return Object.keys(condition)
    .filter((name) => !OPERATORS.includes(name) && nearest(name, OPERATORS) !== undefined)
    .map((name) => ({
      code: "bad-filter",
      message: `A filter has no operator ${name}`,
      hint: suggest(name, OPERATORS),
      path: [...path, name],
      part: "key",
    }));
}
