/** Serves the API of a place with its page, on this machine's own address. */
import { userInfo } from "node:os";
import { fileURLToPath } from "node:url";
import { makeApi } from "../../api/app.ts";
import { type Listening, listen } from "../../api/local/listen.ts";
import { makeLocalApp } from "../../api/local/local-app.ts";
import { makeToken } from "../../api/local/token.ts";
import type { ApiPlace } from "../place/api-local.ts";

/** In the checkout and in the published package alike. */
const PAGE = fileURLToPath(new URL("../../../dashboard/dist", import.meta.url));

export interface ServeOptions {
  readonly port?: number | undefined;
}

export async function serveDashboard({ ports, settings }: ApiPlace, { port }: ServeOptions): Promise<Listening> {
  const token = makeToken();
  const caller = { name: userName(), mayOperate: true };
  const { corsOrigins } = settings;
  const api = makeApi(ports, settings);
  return listen((bound) => makeLocalApp({ api, page: PAGE, port: bound, token, caller, corsOrigins }).fetch, port);
}

/** In a container the user may have no name. */
function userName(): string {
  try {
    return userInfo().username;
  } catch {
    return "someone on this machine";
  }
}
