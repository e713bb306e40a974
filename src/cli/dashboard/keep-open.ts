/**
 * Keeps a place open for as long as it is served. A folder that held nothing may hold a first run by now, and one may
 * have been removed to start afresh: then the place is opened again, and the old one closed when nobody asks it any more.
 */
import { identityOf } from "../../embedded/database/change-watch.ts";
import type { ApiPlace } from "../place/api-place.ts";

export type Fetch = (request: Request) => Response | Promise<Response>;

export interface KeptPlace {
  /** What every opening of it has alike. */
  readonly facts: Pick<ApiPlace, "databases"> & Pick<ApiPlace["settings"], "live" | "corsOrigins">;
  /** Answers with the place as it is when it is asked; `make` is called for every opening. */
  fetchWith(make: (place: ApiPlace) => Fetch): Fetch;
  close(): Promise<void>;
}

interface Opened {
  readonly place: ApiPlace;
  readonly files: string;
  fetch?: Fetch;
  asking: number;
  retired: boolean;
}

export async function keepOpen(open: () => Promise<ApiPlace>): Promise<KeptPlace> {
  let current = await begin();
  let turning: Promise<void> | undefined;

  async function begin(): Promise<Opened> {
    const place = await open();
    return { place, files: filesOf(place), asking: 0, retired: false };
  }

  /** One opens it again, whoever else comes meanwhile waits for that. */
  async function upToDate(): Promise<Opened> {
    if (current.files !== filesOf(current.place)) turning ??= turn().finally(() => (turning = undefined));
    await turning;
    return current;
  }

  async function turn(): Promise<void> {
    const old = current;
    current = await begin();
    old.retired = true;
    await leave(old);
  }

  async function leave(opened: Opened): Promise<void> {
    if (opened.retired && opened.asking === 0) await opened.place.close();
  }

  const { databases, settings } = current.place;
  return {
    facts: { databases, live: settings.live, corsOrigins: settings.corsOrigins },
    fetchWith: (make) => async (request) => {
      const opened = await upToDate();
      opened.fetch ??= make(opened.place);
      opened.asking += 1;
      try {
        return await opened.fetch(request);
      } finally {
        opened.asking -= 1;
        await leave(opened);
      }
    },
    async close() {
      await turning?.catch(() => {});
      await current.place.close();
    },
  };
}

function filesOf({ databases }: ApiPlace): string {
  return databases.map(identityOf).join(" ");
}
