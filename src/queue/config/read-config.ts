/** Reads the configuration file of bulk runs: everything that is wrong with it in one go, each with its line. */
import { basename, dirname, relative, resolve } from "node:path";
import * as z from "zod";
import { EXIT, type Problem, ProblemsError } from "../../errors.ts";
import { isJsonObject, type Json, type JsonObject } from "../../json.ts";
import { SCRIPTS } from "../../pool/plan/constraints.ts";
import { checkDefinition } from "../../project/definitions/check-definition.ts";
import { readText, readYaml, type YamlFile } from "../../yaml/read-yaml.ts";
import { SETTING_NAMES, SETTINGS, type SettingName, type Settings } from "./settings.ts";

export const PROVIDERS = ["aws", "gcp", "local"] as const;
export type Provider = (typeof PROVIDERS)[number];

/** `run` holds for every provider. */
const SECTION_NAMES = ["run", ...PROVIDERS] as const;
export type SectionName = (typeof SECTION_NAMES)[number];

export interface Section {
  readonly values: Settings;
  /** Where each of them is written: `tasks.yml:7`. */
  readonly places: ReadonlyMap<SettingName, string>;
}

export interface BulkConfig {
  /** As problems name it. */
  readonly file: string;
  readonly provider: Provider | undefined;
  readonly sections: Readonly<Record<SectionName, Section>>;
}

/** Keys that are secrets: of all files, this is one that people share. */
const SECRETS = ["accessKey", "secretKey"];

type Report = (problem: Problem) => void;

/** Throws `ProblemsError`; `cwd` is the folder that the file is named from. */
export function readBulkConfig(file: string, cwd: string): BulkConfig {
  const path = resolve(cwd, file);
  const shown = relative(cwd, path).startsWith("..") ? path : relative(cwd, path);
  const problems: Problem[] = [];
  const report: Report = (problem) => void problems.push(problem);
  const yaml = readYaml(path, shown, report);
  const config = yaml && readSections(yaml, dirname(path), report);
  if (config !== undefined && problems.length === 0) return config;
  const missing = problems.some(({ code }) => code === "missing-file");
  const sorted = problems.toSorted((a, b) => (a.line ?? 0) - (b.line ?? 0) || (a.column ?? 0) - (b.column ?? 0));
  throw new ProblemsError(`The configuration file ${basename(shown)} cannot be used; nothing was changed:`, sorted, {
    exitCode: missing ? EXIT.notFound : EXIT.config,
  });
}

const fileSchema = z.strictObject({
  provider: z.enum(PROVIDERS, "expected aws or local").optional(),
  run: z.unknown().optional(),
  aws: z.unknown().optional(),
  gcp: z.unknown().optional(),
  local: z.unknown().optional(),
});

function readSections(yaml: YamlFile, folder: string, report: Report): BulkConfig | undefined {
  const value = yaml.value ?? {};
  const top = checkDefinition(fileSchema, value, yaml, report);
  if (!isJsonObject(value)) return undefined;
  const read = (name: SectionName) => readSection(name, value[name] ?? {}, yaml, folder, report);
  return {
    file: yaml.shown,
    provider: top?.provider,
    sections: { run: read("run"), aws: read("aws"), gcp: read("gcp"), local: read("local") },
  };
}

function readSection(name: SectionName, written: Json, yaml: YamlFile, folder: string, report: Report): Section {
  const none: Section = { values: {}, places: new Map() };
  if (!isJsonObject(written)) {
    const message = `${name}: expected keys and values`;
    report({ code: "bad-value", message, file: yaml.shown, ...yaml.locate([name]) });
    return none;
  }
  const { spelled, once } = spellingsIn(name, written, yaml, report);
  const value = withoutSecrets(name, once, yaml, report);
  const shape = SETTING_NAMES.map((key) => [spelled.get(key) ?? underscored(key), SETTINGS[key].schema.optional()]);
  const parsed = checkDefinition(z.strictObject(Object.fromEntries(shape)), value, yaml, report, [name]);
  if (parsed === undefined) return none;
  const entries = [...spelled].map(([key, spelling]) => [key, parsed[spelling]]);
  const values = Object.fromEntries(entries) as Settings; // each value has passed the schema of its key
  const places = [...spelled].map(([key, spelling]) => {
    const line = yaml.locate([name, spelling], "key")?.line ?? 1;
    return [key, `${yaml.shown}:${line}`] as const;
  });
  const scripts = SCRIPTS.flatMap(([, key]) => {
    const named = values[key];
    if (named === undefined) return [];
    const script = resolve(folder, named);
    const place = yaml.locate([name, spelled.get(key) ?? ""]);
    readText(script, script, (problem) => report({ ...problem, file: yaml.shown, ...place }));
    return [[key, script]];
  });
  return { values: { ...values, ...Object.fromEntries(scripts) }, places: new Map(places) };
}

/** How each key that is there is spelled: people write `max_instances` and `max-instances`, even side by side. */
function spellingsIn(
  section: SectionName,
  written: JsonObject,
  yaml: YamlFile,
  report: Report,
): { readonly spelled: ReadonlyMap<SettingName, string>; readonly once: JsonObject } {
  const spelled = new Map<SettingName, string>();
  const twice: string[] = [];
  for (const name of SETTING_NAMES) {
    const [first, second] = new Set([underscored(name), hyphened(name)].filter((key) => Object.hasOwn(written, key)));
    if (first !== undefined) spelled.set(name, first);
    if (second === undefined) continue;
    twice.push(second);
    const message = `${section}.${second} is there twice: as ${first} and as ${second}`;
    report({ code: "duplicate-key", message, file: yaml.shown, ...yaml.locate([section, second], "key") });
  }
  return { spelled, once: Object.fromEntries(Object.entries(written).filter(([key]) => !twice.includes(key))) };
}

function withoutSecrets(section: SectionName, written: JsonObject, yaml: YamlFile, report: Report): JsonObject {
  const secrets = Object.keys(written).filter((key) =>
    SECRETS.some((secret) => key === underscored(secret) || key === hyphened(secret)),
  );
  for (const key of secrets) {
    report({
      code: "secret",
      message: `${section}.${key} is a secret, and a file that people share is no place for one`,
      file: yaml.shown,
      ...yaml.locate([section, key], "key"),
      hint: "Remove it, keep the key in a profile of the AWS configuration, and name that: profile, --profile or AWS_PROFILE.",
    });
  }
  return Object.fromEntries(Object.entries(written).filter(([key]) => !secrets.includes(key)));
}

/** `max_instances`, as the file's own examples have it. */
export function underscored(name: string): string {
  return name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

/** `max-instances`, as the option is called. */
export function hyphened(name: string): string {
  return underscored(name).replaceAll("_", "-");
}
