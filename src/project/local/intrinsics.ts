/** CloudFormation's intrinsic functions, as far as they can be evaluated without AWS. */
import { isJsonObject, type Json } from "../../json.ts";
import { intrinsic } from "../../yaml/cloudformation-tags.ts";
import type { Path } from "../../yaml/json-path.ts";
import { isDeferred } from "../variables/variable-sources.ts";

/** What references mean; undefined is unknown. Whoever looks up reports what is wrong beyond that. */
export interface Scope {
  /** `Ref` */
  reference(name: string, path: Path): Json | undefined;
  /** `Fn::GetAtt` */
  attribute?(name: string, attribute: string, path: Path): Json | undefined;
  /** The definition in the Conditions section. */
  condition?(name: string): Json | undefined;
  /** `Fn::FindInMap` */
  mapped?(map: string, first: string, second: string): Json | undefined;
  fail(path: Path, message: string, hint?: string): void;
}

export interface Resolver {
  /** Undefined for `AWS::NoValue`, and where something was wrong, which was reported. */
  resolve(value: Json, path: Path): Json | undefined;
  /** Whether a condition of the Conditions section is true. */
  holds(condition: string, path: Path): boolean;
}

export function makeResolver(scope: Scope): Resolver {
  const deciding: string[] = [];

  function resolve(value: Json, path: Path): Json | undefined {
    if (typeof value === "string") return resolveText(value, path);
    if (Array.isArray(value)) return value.map((item, index) => resolve(item, [...path, index])).filter(isGiven);
    if (!isJsonObject(value)) return value;
    const call = intrinsic(value);
    if (call !== undefined) return evaluate(call.name, call.argument, path);
    const members = Object.entries(value).map(
      ([key, member]) => [key, resolve(member ?? null, [...path, key])] as const,
    );
    return Object.fromEntries(members.filter(([, member]) => isGiven(member)));
  }

  function resolveText(text: string, path: Path): Json | undefined {
    if (!isDeferred(text)) return text;
    return fail(
      path,
      `${text} is known only where the project is deployed`,
      "Give it a value for this stage, or a fallback.",
    );
  }

  function evaluate(name: string, argument: Json, path: Path): Json | undefined {
    switch (name) {
      case "Ref":
        return typeof argument === "string" ? reference(argument, path) : fail(path, "Ref takes one name");
      case "Fn::GetAtt":
        return attribute(argument, path);
      case "Fn::Sub":
        return substitute(argument, path);
      case "Fn::If":
        return choose(argument, path);
      case "Fn::Equals":
      case "Fn::Not":
      case "Fn::And":
      case "Fn::Or":
        return decide({ [name]: argument }, path);
      default:
        return compute(name, resolve(argument, path), path);
    }
  }

  function reference(name: string, path: Path): Json | undefined {
    return name === "AWS::NoValue" ? undefined : scope.reference(name, path);
  }

  function attribute(argument: Json, path: Path): Json | undefined {
    const [name, member] = Array.isArray(argument) ? argument : [];
    if (typeof name !== "string" || typeof member !== "string")
      return fail(path, "Fn::GetAtt takes a name and an attribute");
    return scope.attribute?.(name, member, path);
  }

  function substitute(argument: Json, path: Path): Json | undefined {
    const [text, variables] = Array.isArray(argument) ? argument : [argument, {}];
    if (typeof text !== "string") return fail(path, "Fn::Sub takes a text, or a list of a text and a map of variables");
    if (isDeferred(text)) return resolveText(text, path);
    const own = isJsonObject(variables) ? variables : {};
    return text.replace(/\$\{(!?)([^}]*)\}/g, (_whole, literal: string, inside: string) => {
      if (literal !== "") return `\${${inside}}`;
      const name = inside.trim();
      const dot = name.indexOf(".");
      const mapped = own[name];
      const value =
        mapped !== undefined
          ? resolve(mapped, path)
          : dot > 0
            ? scope.attribute?.(name.slice(0, dot), name.slice(dot + 1), path)
            : reference(name, path);
      return value === undefined ? "" : String(value);
    });
  }

  function choose(argument: Json, path: Path): Json | undefined {
    if (!Array.isArray(argument) || argument.length !== 3 || typeof argument[0] !== "string") {
      return fail(path, "Fn::If takes a condition's name and two values");
    }
    return resolve(argument[holds(argument[0], path) ? 1 : 2] ?? null, path);
  }

  function holds(name: string, path: Path): boolean {
    const definition = scope.condition?.(name);
    if (definition === undefined || deciding.includes(name)) {
      const message =
        definition === undefined ? `There is no condition ${name}` : `The condition ${name} depends on itself`;
      scope.fail(path, message);
      return false;
    }
    deciding.push(name);
    const result = decide(definition, path);
    deciding.pop();
    return result;
  }

  function decide(value: Json, path: Path): boolean {
    const [name, argument] = isJsonObject(value) ? (Object.entries(value)[0] ?? []) : [];
    if (name === "Condition" && typeof argument === "string") return holds(argument, path);
    const parts = Array.isArray(argument) ? argument : [];
    if (name === "Fn::And") return parts.every((part) => decide(part, path));
    if (name === "Fn::Or") return parts.some((part) => decide(part, path));
    if (name === "Fn::Not") return !decide(parts[0] ?? null, path);
    if (name === "Fn::Equals") return String(resolve(parts[0] ?? "", path)) === String(resolve(parts[1] ?? "", path));
    scope.fail(path, "A condition is made of Fn::Equals, Fn::And, Fn::Or, Fn::Not and Condition");
    return false;
  }

  function compute(name: string, argument: Json | undefined, path: Path): Json | undefined {
    const [first, second, third] = Array.isArray(argument) ? argument : [argument];
    if (name === "Fn::Join" && Array.isArray(second)) return second.join(String(first));
    if (name === "Fn::Split" && typeof second === "string") return second.split(String(first));
    if (name === "Fn::Base64" && typeof argument === "string") return Buffer.from(argument).toString("base64");
    if (name === "Fn::Select" && Array.isArray(second)) {
      const item: Json | undefined = second[Number(first)];
      return item ?? fail(path, `Fn::Select finds no item ${String(first)} in a list of ${second.length}`);
    }
    if (name === "Fn::GetAZs") {
      const region = typeof argument === "string" && argument !== "" ? argument : scope.reference("AWS::Region", path);
      return ["a", "b", "c"].map((zone) => `${String(region)}${zone}`);
    }
    if (name === "Fn::FindInMap") {
      const value = scope.mapped?.(String(first), String(second), String(third));
      return value ?? fail(path, `Fn::FindInMap finds no ${[first, second, third].join(".")} in the Mappings`);
    }
    return fail(path, `${name} cannot be evaluated on one machine`, "Only a deployment knows its value.");
  }

  function fail(path: Path, message: string, hint?: string): undefined {
    scope.fail(path, message, hint);
    return undefined;
  }

  return { resolve, holds };
}

function isGiven(value: Json | undefined): value is Json {
  return value !== undefined;
}
