/** The API over a real embedded runtime in a temporary folder; every answer is held against its schema. */
import { join } from "node:path";
import { Hono } from "hono";
import { expect, onTestFinished } from "vitest";
import type { ZodType, z } from "zod";
import { answerUnknown } from "../../src/api/answers.ts";
import { type ApiEnv, makeApi } from "../../src/api/app.ts";
import type { ApiPorts, ApiSettings, Caller } from "../../src/api/ports.ts";
import { type Problem, problem } from "../../src/api/shapes/problem.ts";
import { systemClock } from "../../src/clock.ts";
import { projectSchemas } from "../../src/project/parameters/project-schemas.ts";
import { readProject } from "../../src/project/read-project.ts";
import { makeRuntime, type Runtime, type RuntimeOptions } from "../../src/runtime/runtime.ts";
import { temporaryProject } from "../cli/temporary-project.ts";

export interface ApiWorldOptions extends Partial<Pick<RuntimeOptions, "clock" | "maxExecutions">> {
  /** The project's files by their path. */
  readonly files?: Readonly<Record<string, string>>;
  /** In place of the runtime's own. */
  readonly ports?: Partial<ApiPorts>;
  readonly settings?: Partial<ApiSettings>;
  readonly caller?: Caller;
}

export interface ApiWorld {
  readonly runtime: Runtime;
  readonly ports: ApiPorts;
  /** The answer as its schema has it, which is strict: a member that the schema does not name fails the test. */
  get<Schema extends ZodType>(path: string, schema: Schema): Promise<z.output<Schema>>;
  /** Fails the test unless a problem document comes with this status. */
  getProblem(path: string, status: number): Promise<Problem>;
  request(path: string, init?: RequestInit): Promise<Response>;
}

const CALLER = { name: "ada", mayOperate: true };

/** A runtime that drives nothing unless `maxExecutions` says how much and the test starts it. Stopped when the test ends. */
export function makeApiWorld(options: ApiWorldOptions = {}): ApiWorld {
  const root = temporaryProject(options.files);
  const { project } = readProject(root, { env: {} });
  const { clock = systemClock, maxExecutions = 0 } = options;
  const runtime = makeRuntime({ project, data: join(root, ".cirrus"), clock, maxExecutions });
  onTestFinished(runtime.stop);
  const ports: ApiPorts = { ...portsOf(runtime), ...options.ports };
  const settings = { ...SETTINGS, shownUrls: shownUrls(runtime), ...options.settings };
  const server = new Hono<ApiEnv>()
    .notFound(answerUnknown)
    .use(async (context, next) => {
      context.set("caller", options.caller ?? CALLER);
      await next();
    })
    .route("/", makeApi(ports, settings));
  const request = async (path: string, init?: RequestInit) => server.request(path, init);
  return {
    runtime,
    ports,
    request,
    async get(path, schema) {
      const response = await request(path);
      const body: unknown = await response.json();
      expect({ path, status: response.status, ...(response.status === 200 ? {} : { body }) }).toEqual({
        path,
        status: 200,
      });
      const parsed = schema.parse(body);
      // Schemas let go of what they do not know: nothing may be gone.
      expect(body).toEqual(parsed);
      return parsed;
    },
    async getProblem(path, status) {
      const response = await request(path);
      const body: unknown = await response.json();
      expect({ path, status: response.status, body }).toMatchObject({ path, status });
      expect(response.headers.get("Content-Type")).toMatch(/^application\/problem\+json/);
      const parsed = problem.parse(body);
      expect(body).toEqual(parsed);
      expect(parsed.status).toBe(status);
      return parsed;
    },
  };
}

const SETTINGS: ApiSettings = {
  version: "0.0.0",
  place: "here",
  service: "demo",
  flags: "",
  live: "events",
  shownUrls: [],
  corsOrigins: [],
};

function shownUrls({ settings }: Runtime): readonly string[] {
  return [`s3://${settings.dataBucket}/`, `s3://${settings.root.bucket}/`];
}

function portsOf(runtime: Runtime): ApiPorts {
  return {
    functions: runtime.ports,
    workflows: runtime.workflows,
    taskSchemas: projectSchemas(runtime.project),
    deadLetters: { process: runtime.intake.deadLetters, "status-change": runtime.statusChanges.deadLetters },
    queues: { depths: async () => [] },
    logs: runtime.executionLogs,
    actions: runtime.actions,
    continueAction: async () => {},
  };
}
