/** `cirrus show config`: every value of the configuration and where it comes from. */
import { isJsonObject, type Json, type JsonObject } from "../../json.ts";
import type { Project } from "../../project/project.ts";
import type { Path } from "../../yaml/json-path.ts";
import { readYaml } from "../../yaml/read-yaml.ts";
import type { StageOptions } from "../place/find-project.ts";

export interface Setting {
  /** `provider.environment.CIRRUS_LOG_LEVEL` */
  readonly name: string;
  readonly value: Json;
  /** `cirrus.yml:12`, `--stage`, `built-in` or `default`. */
  readonly origin: string;
}

export function listSettings(project: Project, options: StageOptions): readonly Setting[] {
  const { config } = project;
  const written = readYaml(config.file, config.shown, () => undefined)?.value ?? null;
  return leaves(config.sections, []).map(([path, value]) => ({
    name: path.join("."),
    value: isSecret(String(path.at(-1))) ? "********" : value,
    origin: originOf(path, { written, options, project }),
  }));
}

function originOf(
  path: Path,
  { written, options, project }: { written: Json; options: StageOptions; project: Project },
): string {
  const [section, key] = path;
  const asked = section === "provider" && (key === "stage" || key === "region") ? key : undefined;
  if (asked !== undefined && options[asked] !== undefined) return `--${asked}`;
  if (holds(written, path)) return `${project.config.shown}:${project.config.locate(path)?.line ?? 1}`;
  return asked === undefined ? "built-in" : "default";
}

/** A variable such as `${file(…)}` may stand for what lies further in. */
function holds(value: Json, path: Path): boolean {
  const [first, ...rest] = path;
  if (first === undefined || typeof value === "string") return true;
  if (Array.isArray(value)) return holds(value[Number(first)] ?? null, rest);
  if (!isJsonObject(value)) return false;
  const member = value[String(first)];
  return member !== undefined && holds(member, rest);
}

function leaves(value: Json, path: Path): (readonly [Path, Json])[] {
  if (!isJsonObject(value) || Object.keys(value).length === 0) return [[path, value]];
  return Object.entries(value).flatMap(([key, member = null]) => leaves(member, [...path, key]));
}

/** What is called a secret is not shown; `${ssm:…}` and Secrets Manager keep it out of the file to begin with. */
function isSecret(name: string): boolean {
  return /secret|password|passwd|token|api_?key|private_?key|credential/i.test(name);
}

export function maskSecrets(value: Json, name = ""): Json {
  if (isSecret(name) && !isJsonObject(value)) return "********";
  if (Array.isArray(value)) return value.map((member: Json) => maskSecrets(member));
  if (!isJsonObject(value)) return value;
  const members = Object.entries(value).map(([key, member = null]) => [key, maskSecrets(member, key)]);
  return Object.fromEntries(members) as JsonObject; // entries of an object are one again
}
