/** Serves the API of a place with its page, on this machine's own address. */
import { userInfo } from "node:os";
import { problemOf, problemResponse } from "../../api/answers.ts";
import { makeApi } from "../../api/app.ts";
import { makeChanges } from "../../api/local/changes.ts";
import { type Listening, listen, USUAL_PORT } from "../../api/local/listen.ts";
import { makeLocalApp } from "../../api/local/local-app.ts";
import { makeToken } from "../../api/local/token.ts";
import { PAGE_FOLDER } from "../../api/page/page-folder.ts";
import { systemClock } from "../../clock.ts";
import { openChangeWatch } from "../../embedded/database/change-watch.ts";
import type { ApiPlace } from "../place/api-place.ts";
import { keepOpen } from "./keep-open.ts";

export interface ServeOptions {
  readonly port?: number | undefined;
}

/** `open` is called again where the place's files have been removed or are there at last. */
export async function serveDashboard(
  open: () => Promise<ApiPlace>,
  { port: asked }: ServeOptions = {},
): Promise<Listening> {
  const token = makeToken();
  const caller = { name: userName(), mayOperate: true };
  const place = await keepOpen(open);
  const { databases, live, corsOrigins } = place.facts;
  const watches = databases.map(openChangeWatch);
  // Each of them looks, whatever the one before found.
  const changed = () => watches.map((watch) => watch.changed()).includes(true);
  const changes = live === "events" ? makeChanges(changed, systemClock) : undefined;
  async function close(): Promise<void> {
    for (const watch of watches) watch.close();
    await place.close();
  }
  try {
    const listening = await listen((port) => {
      const fetchOf = ({ ports, settings }: ApiPlace) =>
        makeLocalApp({ api: makeApi(ports, settings), page: PAGE_FOLDER, changes, port, token, caller, corsOrigins })
          .fetch;
      const fetch = place.fetchWith(fetchOf);
      return async (request) => {
        try {
          return await fetch(request);
        } catch (thrown) {
          return problemResponse(problemOf(thrown));
        }
      };
    }, asked);
    return {
      ...listening,
      async close() {
        await listening.close();
        await close();
      },
    };
  } catch (thrown) {
    await close();
    throw thrown;
  }
}

/** Said where a program that was told of 4280 would not find the page there. */
export function portNote({ port }: Listening, asked: number | undefined): string {
  return asked === undefined && port !== USUAL_PORT ? ` (port ${USUAL_PORT} is taken)` : "";
}

/** In a container the user may have no name. */
function userName(): string {
  try {
    return userInfo().username;
  } catch {
    return "someone on this machine";
  }
}
