/** The Serverless Framework's plugin: reads the project, compiles it, and hands over functions, resources and bundling. */
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { wholeEnvironment } from "../../env.ts";
import type { Json, JsonObject } from "../../json.ts";
import type { Project } from "../../project/project.ts";
import { readProject } from "../../project/read-project.ts";
import { withoutConsequences } from "../../yaml/consequences.ts";
import { checkEvents } from "../check/check-events.ts";
import { checkHandlers } from "../check/check-handlers.ts";
import { formatProblems } from "../check/format-problems.ts";
import { type Compiled, compile } from "../compile.ts";
import { batchHooks, type DeployingServerless } from "./batch-hooks.ts";
import { bundleOptions } from "./bundles.ts";
import { listEntries } from "./entries.ts";
import { imageHooks } from "./image-hooks.ts";
import { poolHooks } from "./pool-hooks.ts";
import { serverlessConfiguration, uncheckedSections } from "./serverless-configuration.ts";

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
    resources?: JsonObject | undefined;
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
  #read: { readonly project: Project; readonly compiled: Compiled } | undefined;

  constructor(serverless: Serverless, _options: unknown, { log }: Log) {
    this.#serverless = serverless;
    this.#log = log;
    const writing = BUNDLING.map((event) => [`before:${event}`, () => this.#writeEntries()]);
    this.hooks = {
      initialize: () => this.#finishConfiguration(),
      ...Object.fromEntries(writing),
      ...batchHooks(serverless, log),
      ...imageHooks(serverless, log, () => this.#read?.project),
      ...poolHooks(serverless, log),
    };
  }

  /** Before the configuration is checked, and before any other plugin looks for functions. */
  async asyncInit(): Promise<void> {
    const { serviceDir, processedInput, classes } = this.#serverless;
    if (serviceDir === undefined || processedInput.isHelpRequest) return;
    const opt = textOptions(processedInput.options);
    const read = readProject(serviceDir, { stage: opt.stage, region: opt.region, opt, env: wholeEnvironment() });
    const { project } = read;
    const compiled = compile(project);
    const lambdas = [...checkHandlers(project), ...checkEvents(project)];
    const problems = withoutConsequences([...read.problems, ...compiled.problems, ...lambdas]);
    if (problems.length > 0) throw new classes.Error(formatProblems(problems), "CIRRUS_PROBLEMS");
    for (const notice of [...project.notices, ...compiled.notices]) this.#log.notice(notice);
    for (const [path, value] of serverlessConfiguration(project.config, compiled)) {
      this.#serverless.extendConfiguration(path, value);
    }
    this.#read = { project, compiled };
  }

  /** What cannot be printed, as it holds functions, or would not pass the check of the configuration. */
  #finishConfiguration(): void {
    const { service, processedInput } = this.#serverless;
    if (this.#read === undefined) return;
    const { project, compiled } = this.#read;
    service.custom = { ...service.custom, esbuild: bundleOptions(project) };
    service.resources = { ...service.resources, ...uncheckedSections(compiled) };
    if (processedInput.command !== "deploy function") return;
    // It would look for a role that is called by its logical ID; the role stays that of the last deployment.
    for (const definition of Object.values(service.functions)) delete definition.role;
  }

  #writeEntries(): void {
    for (const { path, text } of this.#read === undefined ? [] : listEntries(this.#read.project)) {
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, text);
    }
  }
}

/** Where serverless-esbuild bundles; a plugin named before it comes first. */
const BUNDLING = ["package:createDeploymentArtifacts", "deploy:function:packageFunction", "invoke:local:invoke"];

function textOptions(options: Readonly<Record<string, unknown>>): Record<string, string> {
  const texts = Object.entries(options).filter((option): option is [string, string] => typeof option[1] === "string");
  return Object.fromEntries(texts);
}
