/** The Serverless Framework's plugin: reads the project, compiles it, and hands over functions, resources and bundling. */
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { wholeEnvironment } from "../env.ts";
import { isJsonObject, type Json, type JsonObject } from "../json.ts";
import type { Project } from "../project/project.ts";
import { readProject } from "../project/read-project.ts";
import { batchHooks, type DeployingServerless } from "./batch-hooks.ts";
import { bundleOptions } from "./bundles.ts";
import { PASSED_SECTIONS } from "./check-config.ts";
import { compile } from "./compile.ts";
import { listEntries } from "./entries.ts";
import { formatProblems } from "./format-problems.ts";

/** As much of the Serverless Framework as is used here. */
interface Serverless extends DeployingServerless {
  readonly serviceDir?: string | undefined;
  readonly processedInput: {
    readonly command: string;
    readonly options: Readonly<Record<string, unknown>>;
    readonly isHelpRequest: boolean;
  };
  readonly service: DeployingServerless["service"] & {
    custom?: object | undefined;
    readonly functions: Readonly<Record<string, { role?: Json | undefined }>>;
  };
  readonly classes: { readonly Error: new (message: string, code: string) => Error };
  extendConfiguration(path: readonly string[], value: Json): void;
}

interface Log {
  readonly log: { notice(message: string): void; warning(message: string): void };
}

export default class CirrusPlugin {
  readonly hooks: Readonly<Record<string, () => void | Promise<void>>>;
  readonly #serverless: Serverless;
  readonly #log: Log["log"];
  #project: Project | undefined;

  constructor(serverless: Serverless, _options: unknown, { log }: Log) {
    this.#serverless = serverless;
    this.#log = log;
    const writing = BUNDLING.map((event) => [`before:${event}`, () => this.#writeEntries()]);
    this.hooks = {
      initialize: () => this.#finishConfiguration(),
      ...Object.fromEntries(writing),
      ...batchHooks(serverless, log),
    };
  }

  /** Before the configuration is checked, and before any other plugin looks for functions. */
  async asyncInit(): Promise<void> {
    const { serviceDir, processedInput, classes } = this.#serverless;
    if (serviceDir === undefined || processedInput.isHelpRequest) return;
    const opt = textOptions(processedInput.options);
    const read = readProject(serviceDir, { stage: opt.stage, region: opt.region, opt, env: wholeEnvironment() });
    const { functions, resources, problems, notices } = compile(read.project);
    const all = [...read.problems, ...problems];
    if (all.length > 0) throw new classes.Error(formatProblems(all), "CIRRUS_PROBLEMS");
    for (const notice of [...read.project.notices, ...notices]) this.#log.notice(notice);
    this.#serverless.extendConfiguration(["functions"], functions);
    this.#serverless.extendConfiguration(["resources"], resources);
    // Every function has the whole environment already, and this one would still hold its `#{…}`.
    this.#serverless.extendConfiguration(["provider", "environment"], {});
    // Nothing refers to versions of functions, and each deployment would leave one more of each behind.
    const { provider, sections } = read.project.config;
    const { versionFunctions = false, deploymentBucket = PRIVATE_BUCKET } = provider;
    this.#serverless.extendConfiguration(["provider", "versionFunctions"], versionFunctions);
    this.#serverless.extendConfiguration(["provider", "deploymentBucket"], deploymentBucket);
    for (const name of PASSED_SECTIONS) {
      const section = sections[name];
      if (isJsonObject(section)) this.#serverless.extendConfiguration([name], { ...section, ...ALWAYS[name] });
    }
    this.#project = read.project;
  }

  /** After what is printed is fixed: the options of the bundles could not be shown, as they hold functions. */
  #finishConfiguration(): void {
    const { service, processedInput } = this.#serverless;
    if (this.#project === undefined) return;
    service.custom = { ...service.custom, esbuild: bundleOptions(this.#project) };
    if (processedInput.command !== "deploy function") return;
    // It would look for a role that is called by its logical ID; the role stays that of the last deployment.
    for (const definition of Object.values(service.functions)) delete definition.role;
  }

  #writeEntries(): void {
    for (const { path, text } of this.#project === undefined ? [] : listEntries(this.#project)) {
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, text);
    }
  }
}

/** Where the Serverless Framework puts code and templates, which it leaves open to be made public. */
const PRIVATE_BUCKET = { blockPublicAccess: true };

/** What a section that cirrus.yml adds to cannot change. */
const ALWAYS: Readonly<Record<string, JsonObject>> = { package: { individually: true } };

/** Where serverless-esbuild bundles; a plugin named before it comes first. */
const BUNDLING = ["package:createDeploymentArtifacts", "deploy:function:packageFunction", "invoke:local:invoke"];

function textOptions(options: Readonly<Record<string, unknown>>): Record<string, string> {
  const texts = Object.entries(options).filter((option): option is [string, string] => typeof option[1] === "string");
  return Object.fromEntries(texts);
}
