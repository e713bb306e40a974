/** What feed-rerun is called with. The names are those of Cirrus 0.x. */
import * as z from "zod";
import { feederParameters } from "../../feeder/payload-of.ts";
import { HOW_TO_WRITE_A_MOMENT, momentOf } from "../../state/query-time.ts";
import { STATES } from "../../state/states.ts";

const moment = z.string().refine((text) => momentOf(text, 0) !== undefined, HOW_TO_WRITE_A_MOMENT);
const { replace, rate, limit } = feederParameters;

export const rerunParameters = z.object({
  collections: z
    .string()
    .min(1)
    .optional()
    .describe("Payloads of these collections, as the payload ID has them: sorted, with slashes between them."),
  workflow: z.string().min(1).optional().describe("Payloads of this workflow."),
  state: z
    .enum([...STATES, "COMPLETED"])
    .optional()
    .describe("Payloads in this state; COMPLETED is the older name of SUCCEEDED."),
  since: moment.optional().describe("Payloads that have changed since: so long ago, as 7d, 24h or 30m, or a time."),
  until: moment
    .optional()
    .describe("Payloads that have not changed since, in the same forms; the start of the run without it."),
  id_prefix: z.string().min(1).optional().describe("Payloads whose ID begins with this."),
  error_begins_with: z.string().min(1).optional().describe("Payloads whose last error begins with this."),
  process_update: z
    .record(z.string(), z.json())
    .optional()
    .describe("Merged into each payload's first process definition: other parameters than those that it ran with."),
  reason: z.string().min(1).default("run again by feed-rerun").describe("Why, for the payloads' history."),
  batch: z
    .boolean()
    .default(false)
    .describe(
      "Taken from payloads of older versions and not needed: where its time ends, the feeder goes on by itself.",
    ),
  ...{ replace, rate, limit },
});

export type RerunParameters = z.infer<typeof rerunParameters>;
