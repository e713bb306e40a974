/** Asks the API in process, over a database of payloads and nothing else: lists, counts, one payload and the first view. */
import { OpenAPIHono } from "@hono/zod-openapi";
import { refuseParameters } from "../../src/api/answers.ts";
import type { Api, ApiEnv } from "../../src/api/app.ts";
import { addPolicy } from "../../src/api/policy.ts";
import type { ApiPorts, ApiSettings } from "../../src/api/ports.ts";
import { addHomeRoutes } from "../../src/api/routes/home.ts";
import { addPayloadRoutes } from "../../src/api/routes/payloads.ts";
import { systemClock } from "../../src/clock.ts";
import type { Database } from "../../src/embedded/database/database.ts";
import { makeMessageLog } from "../../src/embedded/messages/message-log.ts";
import { makeRejections } from "../../src/embedded/messages/rejections.ts";
import { makeStateStore } from "../../src/embedded/state/state-store.ts";
import { silentLog } from "../../src/log.ts";
import { NOW } from "./many-payloads.ts";

/** What the benchmark reads of an answer. */
export interface Answer {
  readonly next?: string;
  readonly rows?: readonly { readonly id: string }[];
}

export type Ask = (path: string) => Promise<Answer>;

const SETTINGS: ApiSettings = {
  version: "0.0.0",
  place: "here",
  service: "bench",
  flags: "",
  live: "events",
  shownUrls: [],
  corsOrigins: [],
};

/** It is the time of the newest payload, so that there is something to show of the last hours. */
export function makeAsker(db: Database): Ask {
  const clock = { ...systemClock, now: () => NOW };
  const functions = {
    state: makeStateStore(db, { clock }),
    rejections: makeRejections(db),
    objects: { head: async () => undefined },
    payloads: { urls: { input: () => "s3://payloads/input.json", output: () => "s3://payloads/output.json" } },
    clock,
    log: silentLog,
  };
  const workflows = { list: async () => [], get: async () => undefined };
  const queues = { depths: async () => [] };
  const api: Api = new OpenAPIHono<ApiEnv>({ defaultHook: refuseParameters });
  addPolicy(api, silentLog, SETTINGS);
  // What these routes do not use is not there.
  const ports = { functions, workflows, queues, messages: makeMessageLog(db) } as unknown as ApiPorts;
  addPayloadRoutes(api, ports, SETTINGS);
  addHomeRoutes(api, ports);
  return async (path) => {
    const response = await api.request(path);
    if (response.status !== 200) throw new Error(`${path}: ${response.status} ${await response.text()}`);
    // The routes' own shapes.
    return (await response.json()) as Answer;
  };
}
