/** feed-rerun: sends payloads again that are chosen by what became of them, with the input that they had. */
import * as z from "zod";
import { isoTime } from "../../clock.ts";
import { InvalidInput } from "../../errors.ts";
import { defineFeeder, type FeederHandler } from "../../feeder/define-feeder.ts";
import { at } from "../../feeder/position.ts";
import { momentOf } from "../../state/query-time.ts";
import type { ListQuery, StateStore } from "../../state/state-store.ts";
import { planReruns } from "../rerun.ts";
import { type RerunParameters, rerunParameters } from "./parameters.ts";

export interface RerunPorts {
  readonly state: Pick<StateStore, "list">;
  /** Of what was opened for this run. */
  close?(): void;
}

/** Times stay what they were when the run began, however often it goes on. */
const position = z.object({ cursor: z.string(), since: z.string().optional(), until: z.string() });

const PAGE = 200;

/** `makePorts`: for a run that nobody hands a place to, as on AWS. */
export function rerunFeeder(makePorts: () => Promise<RerunPorts>): FeederHandler<typeof rerunParameters> {
  return defineFeeder({
    name: "feed-rerun",
    description: "Sends payloads again that are chosen by what became of them, with the input that they had",
    parameters: rerunParameters,
    async *run({ parameters, objects, state, log, clock, position: reached }) {
      const ports: RerunPorts = state === undefined ? await makePorts() : { state };
      try {
        const now = clock.now();
        const from = reached === undefined ? undefined : position.parse(reached);
        const since = from === undefined ? timeOf(parameters.since, now) : from.since;
        const until = from?.until ?? timeOf(parameters.until, now) ?? isoTime(now);
        const query: ListQuery = { ...filterOf(parameters), since, until, limit: PAGE };
        const { replace, reason, process_update: update } = parameters;
        const options = { replace, reason, update, howToReplace: 'set "replace": true to run it again' };
        const stayed = new Map<string, number>();
        let cursor = from?.cursor;
        do {
          const page = await ports.state.list({ ...query, cursor });
          for await (const planned of planReruns(page.items, options, { objects })) {
            if (planned.outcome === "runs") yield planned.payload;
            else stayed.set(planned.why, (stayed.get(planned.why) ?? 0) + 1);
          }
          cursor = page.next;
          if (cursor !== undefined) yield at({ cursor, since, until });
        } while (cursor !== undefined);
        for (const [reason, payloads] of stayed) log.warn("payloads stay as they are", { reason, payloads });
      } finally {
        ports.close?.();
      }
    },
  });
}

/** What runs again changes meanwhile: it is newer than the run then, and is not found again. */
function filterOf(parameters: RerunParameters): ListQuery {
  const { collections, workflow, state, id_prefix: idPrefix, error_begins_with: errorPrefix } = parameters;
  const given = [collections, workflow, state, parameters.since, idPrefix, errorPrefix];
  if (given.every((one) => one === undefined)) {
    throw new InvalidInput("No payloads were chosen: this would run everything again.", {
      hint: 'Choose by collections, workflow, state, since, id_prefix or error_begins_with: "state": "FAILED".',
    });
  }
  return { collections, workflow, state: state === "COMPLETED" ? "SUCCEEDED" : state, idPrefix, errorPrefix };
}

function timeOf(text: string | undefined, now: number): string | undefined {
  return text === undefined ? undefined : momentOf(text, now);
}
