/**
 * Replaces `${self:…}`, `${opt:…}`, `${env:…}`, `${file(…)}` and the others as the Serverless Framework does. What only
 * AWS knows (`${ssm:…}`, `${cf:…}`) and what cannot be resolved stays as written; the latter is reported.
 */
import { isJsonObject, type Json, type JsonObject } from "../../json.ts";
import { suggest } from "../../nearest.ts";
import { formatPath, type Path } from "../../yaml/json-path.ts";
import { LIMITS, type Report, type YamlFile } from "../../yaml/read-yaml.ts";
import { type Choice, hasVariables, parseVariables, type Template, type Variable } from "./parse-variables.ts";
import { DEPLOYED_SOURCES, type Found, findNamed, follow, makeFileSource, SOURCES } from "./variable-sources.ts";

export interface VariableOptions {
  /** cirrus.yml, which `${self:…}` means. */
  readonly config: YamlFile;
  /** What `${self:…}` reads: the file's value with its stage and region. */
  readonly self: JsonObject;
  /** The folder of cirrus.yml. */
  readonly root: string;
  readonly opt: Readonly<Record<string, string | undefined>>;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** What `${opt:stage}` and `${opt:region}` come to when neither is given as an option. */
  readonly defaults: Readonly<Record<string, string>>;
  /** The name of a file in problems. */
  show(file: string): string;
  readonly report: Report;
}

/** Where values stand whose variables are resolved. */
export interface Origin {
  readonly yaml: YamlFile;
  /** `${file(./x)}` is relative to this folder and may not leave it. */
  readonly folder: string;
}

export interface Variables {
  /** The value with its variables replaced; `path` is where it stands in its file. */
  resolve(value: Json, origin: Origin, path?: Path): Json;
}

/** A longer chain of variables is a mistake, and would exhaust the stack. */
const LONGEST_CHAIN = 50;

export function makeVariables(options: VariableOptions): Variables {
  const { report } = options;
  const config: Origin = { yaml: options.config, folder: options.root };
  /** Each text is resolved once, so that its problems are reported once and shared values stay cheap. */
  const done = new Map<string, Json>();
  /** The texts being resolved, by place: one that comes up again is a circle. */
  const chain: string[] = [];
  const sizes = new WeakMap<object, number>();
  const fileSources = new Map<string, ReturnType<typeof makeFileSource>>();

  function resolve(value: Json, origin: Origin, path: Path): Json {
    if (typeof value === "string") return hasVariables(value) ? resolveText(value, origin, path) : value;
    if (typeof value !== "object" || value === null) return value;
    const copy = isJsonObject(value)
      ? Object.fromEntries(
          Object.entries(value).map(([key, member]) => [key, resolve(member ?? null, origin, [...path, key])]),
        )
      : value.map((item, index) => resolve(item, origin, [...path, index]));
    const size = Object.values(copy).reduce<number>((sum, member) => sum + sizeOf(member), 1);
    sizes.set(copy, size);
    if (size <= LIMITS.values) return copy;
    problem(origin, path, "too-large", `Its variables make this value larger than ${LIMITS.values} values`);
    return null;
  }

  function sizeOf(value: Json): number {
    return typeof value === "object" && value !== null ? (sizes.get(value) ?? 1) : 1;
  }

  function resolveText(text: string, origin: Origin, path: Path): Json {
    const place = placeName(origin, path);
    const known = done.get(place);
    if (known !== undefined) return known;
    if (chain.includes(place)) {
      const circle = [...chain.slice(chain.indexOf(place)), place].join(" → ");
      problem(origin, path, "circular-variable", `${text} goes round in a circle: ${circle}`);
      return text;
    }
    if (chain.length >= LONGEST_CHAIN) {
      problem(origin, path, "circular-variable", `More than ${LONGEST_CHAIN} variables lead to ${text}`);
      return text;
    }
    chain.push(place);
    const value = resolveWhole(text, origin, path);
    chain.pop();
    done.set(place, value);
    return value;
  }

  function resolveWhole(text: string, origin: Origin, path: Path): Json {
    const parsed = parseVariables(text);
    if ("wrong" in parsed) {
      problem(origin, path, "bad-variable", parsed.wrong, "Close it with }, and put texts into quotes.");
      return text;
    }
    const parts = parsed.template.map((part): Json => {
      if (typeof part === "string") return part;
      const found = resolveVariable(part, origin);
      if (found.kind === "value") return found.value;
      if (found.kind === "deferred") return part.text;
      const code = found.kind === "failed" ? found.code : "unresolved-variable";
      problem(origin, path, code, `${part.text} cannot be resolved: ${found.message}`, found.hint);
      return part.text;
    });
    const [only] = parts;
    if (parts.length === 1 && only !== undefined) return only;
    const joined = join(parts);
    if (joined.kind === "value") return joined.value;
    problem(origin, path, "bad-variable", `${text} cannot be resolved: ${joined.message}`, joined.hint);
    return text;
  }

  function resolveVariable(variable: Variable, origin: Origin): Found {
    let missing: Found | undefined;
    for (const choice of variable.choices) {
      const found = resolveChoice(choice, origin);
      if (found.kind !== "missing") return found;
      missing ??= found;
    }
    const standIn = variable.choices.map((choice) => defaultOf(choice)).find((value) => value !== undefined);
    if (standIn !== undefined) return { kind: "value", value: standIn };
    return missing ?? { kind: "missing", message: "it is empty" };
  }

  /** `${opt:stage}` alone means the stage of the project, so that a definition that uses it works without the option. */
  function defaultOf(choice: Choice): string | undefined {
    if (choice.kind !== "source" || choice.type !== "opt" || choice.address?.length !== 1) return undefined;
    const [name] = choice.address;
    if (typeof name !== "string" || !Object.hasOwn(options.defaults, name)) return undefined;
    if (chain.includes(`provider.${name}`)) return options.defaults[name];
    const found = findSelf(`provider.${name}`);
    return found.kind === "value" && typeof found.value === "string" ? found.value : undefined;
  }

  function resolveChoice(choice: Choice, origin: Origin): Found {
    if (choice.kind === "literal") {
      return choice.value === null
        ? { kind: "missing", message: "it is empty" }
        : { kind: "value", value: choice.value };
    }
    if (choice.kind === "template") return resolveTemplate(choice.template, origin);
    const { type } = choice;
    if (DEPLOYED_SOURCES.includes(type)) return { kind: "deferred" };
    const parameter = asText(choice.parameter, origin);
    const address = asText(choice.address, origin);
    if (parameter.kind !== "text") return parameter;
    if (address.kind !== "text") return address;
    if (type === "file") return findInFile(parameter.text ?? "", address.text, origin);
    if (!SOURCES.includes(type)) return failed(`there is no source called ${type}`, suggest(type, SOURCES));
    if (address.text === undefined || address.text === "") return failed(`${type} needs a name after the colon`);
    return findValue(type, address.text);
  }

  function findValue(type: string, name: string): Found {
    if (type === "self") return findSelf(name);
    if (type === "env" || type === "opt") return findNamed(type, name, type === "env" ? options.env : options.opt);
    if (type === "param") {
      const ofStage = findSelf(`params.${stageName()}.${name}`);
      return ofStage.kind === "missing" ? findSelf(`params.default.${name}`) : ofStage;
    }
    if (name === "stage") return { kind: "value", value: stageName() };
    return failed(`sls knows only the stage, not ${name}`, "The variable for it is sls:stage.");
  }

  function stageName(): string {
    const found = chain.includes("provider.stage") ? undefined : findSelf("provider.stage");
    return found?.kind === "value" && typeof found.value === "string" ? found.value : String(options.defaults.stage);
  }

  function findSelf(address: string): Found {
    return findIn(options.self, address, config);
  }

  function findInFile(name: string, address: string | undefined, origin: Origin): Found {
    let source = fileSources.get(origin.folder);
    if (source === undefined) {
      source = makeFileSource(origin.folder, options.show, report);
      fileSources.set(origin.folder, source);
    }
    const found = source(name);
    if (!("read" in found)) return found;
    const { content, yaml } = found.read;
    if (yaml === undefined)
      return address === undefined ? { kind: "value", value: content } : failed(`${name} is text`);
    const inside: Origin = { yaml, folder: origin.folder };
    if (address !== undefined) return findIn(content, address, inside);
    const value = resolve(content, inside, []);
    return value === null ? { kind: "missing", message: `${name} is empty` } : { kind: "value", value };
  }

  /** Follows an address through values that may themselves be variables. */
  function findIn(root: Json, address: string, origin: Origin): Found {
    let replaced = false;
    const found = follow(root, address, (member, path) => {
      if (replaced || typeof member !== "string" || !hasVariables(member)) return member;
      replaced = true;
      return resolveText(member, origin, path);
    });
    if (found.kind !== "value" || replaced) return found;
    const value = resolve(found.value, origin, address.split("."));
    return value === null ? { kind: "missing", message: `${address} is empty` } : { kind: "value", value };
  }

  function resolveTemplate(template: Template, origin: Origin): Found {
    const parts: Json[] = [];
    for (const part of template) {
      const found: Found = typeof part === "string" ? { kind: "value", value: part } : resolveVariable(part, origin);
      if (found.kind !== "value") return found;
      parts.push(found.value);
    }
    const [only] = parts;
    return parts.length === 1 && only !== undefined ? { kind: "value", value: only } : join(parts);
  }

  function asText(
    template: Template | undefined,
    origin: Origin,
  ): { readonly kind: "text"; readonly text?: string } | Exclude<Found, { kind: "value" }> {
    if (template === undefined) return { kind: "text" };
    const found = resolveTemplate(template, origin);
    if (found.kind !== "value") return found;
    return typeof found.value === "object"
      ? failed("a name is a list or a map")
      : { kind: "text", text: String(found.value) };
  }

  function problem(origin: Origin, path: Path, code: string, message: string, hint?: string): void {
    report({ code, message, file: origin.yaml.shown, ...origin.yaml.locate(path), path: formatPath(path), hint });
  }

  /** A place as a circle names it: bare in cirrus.yml, with its file elsewhere. */
  function placeName(origin: Origin, path: Path): string {
    const dotted = path.join(".");
    return origin.yaml === options.config ? dotted : `${origin.yaml.shown}:${dotted}`;
  }

  return { resolve: (value, origin, path) => resolve(value, origin, path ?? []) };
}

/** Parts of one text; a list or a map has no place in it. */
function join(parts: readonly Json[]): Extract<Found, { kind: "value" | "failed" }> {
  if (parts.some((part) => typeof part === "object")) {
    const hint = "A list, a map or a reference must be the whole value; join references with !Join or !Sub.";
    return failed("a list or a map cannot be part of a text", hint);
  }
  const text = parts.join("");
  return text.length > LIMITS.bytes
    ? failed(`the text is longer than ${LIMITS.bytes} characters`)
    : { kind: "value", value: text };
}

function failed(message: string, hint?: string): Found & { kind: "failed" } {
  return { kind: "failed", code: "bad-variable", message, hint };
}
