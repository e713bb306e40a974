/** Reads cirrus.yml: the Serverless Framework's configuration with a `cirrus` section of our own. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { isJsonObject, type Json, type JsonObject } from "../../json.ts";
import { type Report, readYaml, type YamlFile } from "../../yaml/read-yaml.ts";
import { CONFIG_FILE } from "../find-root.ts";
import { expandReferences } from "../local/references.ts";
import type { Config } from "../project.ts";
import { makeVariables, type Variables } from "../variables/resolve-variables.ts";
import { checkDefinition } from "./check-definition.ts";
import { configSchema } from "./definition-schemas.ts";
import { showFile } from "./reading.ts";

export interface ConfigOptions {
  readonly stage?: string | undefined;
  readonly region?: string | undefined;
  /** For `${env:…}`. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** For `${opt:…}`, beside stage and region. */
  readonly opt?: Readonly<Record<string, string>> | undefined;
}

/** What holds where neither an option nor cirrus.yml says otherwise. */
const DEFAULTS = { service: "cirrus", stage: "dev", region: "us-west-2" } as const;

export function readConfig(
  root: string,
  options: ConfigOptions,
  report: Report,
  /** Folder of the built-in parts, whose cirrus.yml gives defaults; undefined for the package itself. */
  builtIns: string | undefined,
): { readonly config: Config; readonly variables: Variables } {
  const file = join(root, CONFIG_FILE);
  const yaml = readYaml(file, CONFIG_FILE, report) ?? unreadable(CONFIG_FILE);
  const own = withStage(yaml, options, report);
  const self = asObject(mergeMaps(readDefaults(root, builtIns, report), own));
  const variables = makeVariables({
    config: yaml,
    self,
    root,
    opt: { ...options.opt, stage: options.stage, region: options.region },
    env: options.env,
    defaults: { stage: DEFAULTS.stage, region: DEFAULTS.region },
    show: (path) => showFile(root, path),
    report,
  });
  const sections = asObject(expandReferences(variables.resolve(self, { yaml, folder: root })));
  return { config: makeConfig(sections, yaml, file, report), variables };
}

/** The options win over the file, as on the Serverless Framework's command line. */
function withStage(yaml: YamlFile, options: ConfigOptions, report: Report): JsonObject {
  if (!isJsonObject(yaml.value) && yaml.value !== null) {
    report({ code: "bad-definition", message: `${yaml.shown} holds no map`, file: yaml.shown, line: 1, column: 1 });
  }
  const written = asObject(yaml.value);
  const provider = asObject(written.provider ?? null);
  const stage = options.stage ?? provider.stage ?? DEFAULTS.stage;
  const region = options.region ?? provider.region ?? DEFAULTS.region;
  return { ...written, provider: { ...provider, stage, region } };
}

/** The variables that the built-in parts ask for, so that a project need not write them. */
function readDefaults(root: string, builtIns: string | undefined, report: Report): JsonObject {
  const file = builtIns === undefined ? undefined : join(builtIns, CONFIG_FILE);
  if (file === undefined || !existsSync(file)) return {};
  const {
    custom = {},
    cirrus = {},
    provider = {},
  } = asObject(readYaml(file, showFile(root, file), report)?.value ?? null);
  return { custom, cirrus, provider: { environment: asObject(provider).environment ?? {} } };
}

/** Maps member by member; anything else of the second takes the place of the first. */
function mergeMaps(defaults: Json, own: Json): Json {
  if (!isJsonObject(defaults) || !isJsonObject(own)) return own;
  const members = Object.entries(own).map(([key, value = null]) => [key, mergeMaps(defaults[key] ?? null, value)]);
  return { ...defaults, ...Object.fromEntries(members) };
}

function makeConfig(sections: JsonObject, yaml: YamlFile, file: string, report: Report): Config {
  const parsed = checkDefinition(configSchema, sections, yaml, report);
  const provider = asObject(sections.provider ?? null);
  const service = parsed?.service ?? DEFAULTS.service;
  const stage = parsed?.provider.stage ?? DEFAULTS.stage;
  return {
    ...{ file, shown: yaml.shown, locate: yaml.locate, sections, provider, service, stage },
    region: parsed?.provider.region ?? DEFAULTS.region,
    stackName: `${service}-${stage}`,
    environment: parsed?.provider.environment ?? {},
    custom: parsed?.custom ?? {},
    cirrus: parsed?.cirrus ?? { payloadUrls: [], local: {} },
  };
}

/** Stands for a file that cannot be read, which is problem enough. */
function unreadable(shown: string): YamlFile {
  return { shown, value: { service: DEFAULTS.service }, locate: () => undefined };
}

function asObject(value: Json): JsonObject {
  return isJsonObject(value) ? value : {};
}
