/** What tasks run in on this machine: for each organisation a virtual environment and a folder of Node packages. */
import { createHash } from "node:crypto";
import { join } from "node:path";
import type { Clock } from "../../clock.ts";
import type { EnvironmentOutcome, EnvironmentRequest, Environments } from "../../loop/environments.ts";
import { once } from "../../once.ts";
import { passedOn, type Variables } from "../processes/passed-on.ts";
import { type Build, type BuildOutcome, makeBuilds } from "./builds.ts";
import { makeInstallations } from "./installations.ts";
import { makeInstaller } from "./installer.ts";
import { buildNodePackages, isOfNpm } from "./node-packages.ts";
import { missingFor, probePython, type SystemPython } from "./python.ts";
import { buildVirtualEnvironment, pythonIn } from "./virtual-environment.ts";

export interface EmbeddedEnvironmentsOptions {
  readonly folder: string;
  readonly clock: Clock;
  /** Of whoever starts the loops: what installs things sees little of it, and the settings of pip, uv and npm. */
  readonly environment: Variables;
  /** A command; `python3` where nothing is said. */
  readonly python?: string | undefined;
}

/** What else is there, `python` for one, finds its own. */
const SETTINGS = ["PIP_*", "UV_*", "npm_config_*", "NPM_CONFIG_*"];

export function makeEmbeddedEnvironments(options: EmbeddedEnvironmentsOptions): Environments & { close(): void } {
  const { folder, clock, python: command = "python3" } = options;
  const environment = passedOn(options.environment, SETTINGS);
  const closing = new AbortController();
  let close = () => closing.abort();
  /** Nothing is started for organisations that require nothing. */
  const getInstaller = once(async () => {
    const installer = makeInstaller(join(folder, "workers"), environment);
    close = () => {
      closing.abort();
      installer.close();
    };
    return installer;
  });
  const findPython = once(async () => {
    const found = await probePython(command, environment);
    // Not kept: it may have been a moment in which no program could be started.
    if (found === undefined) throw new Error(noPython(command));
    return found;
  });
  const getPython = () => findPython().catch(() => undefined);
  const buildsOf = (kind: "python" | "node", build: Build) => {
    const own = join(folder, "environments", kind);
    const installations = makeInstallations(own, clock);
    const prepare = makeBuilds({
      ...{ installations, clock, build, closed: closing.signal },
      folder: join(folder, "environments", "locks", kind),
    });
    return { installations, prepare };
  };
  const virtual = buildsOf("python", async (job) => {
    const [installer, python] = await Promise.all([getInstaller(), getPython()]);
    if (python === undefined) return { outcome: "failed", reason: noPython(command), offline: false };
    return buildVirtualEnvironment({ installer, python, environment })(job);
  });
  const packages = buildsOf("node", async (job) => buildNodePackages(await getInstaller())(job));

  async function preparePython(request: EnvironmentRequest, requirements: readonly string[]): Promise<Part> {
    const python = await getPython();
    if (requirements.length === 0) return ready(python?.executable ?? command);
    const key = keyOf(requirements, python?.version ?? command);
    const outcome = await virtual.prepare({ ...request, requirements, key });
    if (outcome.outcome === "ready") return ready(pythonIn(outcome.installation.path));
    return (
      (await installedAlready(python, requirements, outcome)) ??
      lastGood(virtual.installations.lastGood(request.codops), pythonIn, outcome)
    );
  }

  async function installedAlready(
    python: SystemPython | undefined,
    requirements: readonly string[],
    { reason, offline }: Failed,
  ): Promise<Part | undefined> {
    if (!offline || python === undefined) return undefined;
    const missing = await missingFor(python, requirements, environment);
    if (missing === undefined || missing.length > 0) return undefined;
    return ready(
      python.executable,
      `What is installed on this machine is used, because nothing can be fetched: ${reason}`,
    );
  }

  async function preparePackages(request: EnvironmentRequest, requirements: readonly string[]): Promise<Part> {
    if (requirements.length === 0) return ready(undefined);
    const outcome = await packages.prepare({ ...request, requirements, key: keyOf(requirements, NODE) });
    const modulesIn = (path: string) => join(path, "node_modules");
    if (outcome.outcome === "ready") return ready(modulesIn(outcome.installation.path));
    return lastGood(packages.installations.lastGood(request.codops), modulesIn, outcome);
  }

  return {
    async prepare(request): Promise<EnvironmentOutcome> {
      const [python, modules] = await Promise.all([
        preparePython(
          request,
          request.requirements.filter((text) => !isOfNpm(text)),
        ),
        preparePackages(request, request.requirements.filter(isOfNpm)),
      ]);
      if (python.outcome === "failed") return python;
      if (modules.outcome === "failed") return modules;
      return {
        outcome: "ready",
        environment: {
          python: python.path ?? command,
          ...(modules.path === undefined ? {} : { nodeModules: modules.path }),
        },
        warnings: [...python.warnings, ...modules.warnings],
      };
    },
    close: () => close(),
  };
}

type Part =
  | { readonly outcome: "ready"; readonly path: string | undefined; readonly warnings: readonly string[] }
  | { readonly outcome: "failed"; readonly reason: string };

type Failed = Extract<BuildOutcome, { readonly outcome: "failed" }>;

const NODE = `node ${process.versions.node} ${process.platform}-${process.arch}`;

function ready(path: string | undefined, ...warnings: readonly string[]): Part {
  return { outcome: "ready", path, warnings };
}

/** In any order they are the same requirements. */
function keyOf(requirements: readonly string[], madeFor: string): string {
  const text = JSON.stringify([[...new Set(requirements)].sort(), madeFor]);
  return createHash("sha256").update(text).digest("hex").slice(0, 16);
}

function lastGood(
  installation: { readonly path: string; readonly builtAt: string } | undefined,
  inside: (path: string) => string,
  { reason }: Failed,
): Part {
  if (installation === undefined) return { outcome: "failed", reason };
  const { path, builtAt } = installation;
  return ready(inside(path), `The environment cannot be renewed, and the one of ${builtAt} is used: ${reason}`);
}

function noPython(command: string): string {
  return `There is no ${command} on this machine. On Debian and Ubuntu: apt install python3 python3-venv`;
}
