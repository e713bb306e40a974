/** The table of what actions do: one file a kind. */
import type { Action } from "../../actions/action.ts";
import type { ActionRequest } from "../../actions/action-request.ts";
import { bulkWork } from "./bulk.ts";
import { deadLetterWork } from "./dead-letters.ts";
import { loopWork } from "./loop.ts";
import { markWork } from "./mark.ts";
import type { ActPorts } from "./ports.ts";
import type { Work } from "./progress.ts";
import { publishWork } from "./publish.ts";
import { redriveWork } from "./redrive.ts";
import { rerunWork } from "./rerun.ts";
import { stopWork } from "./stop.ts";

/** What of an action its work has to know. */
export type ActionFacts = Pick<Action, "id" | "by" | "at" | "why">;

export function workOf(request: ActionRequest, action: ActionFacts, ports: ActPorts): Work {
  switch (request.kind) {
    case "publish":
      return publishWork(request, action, ports);
    case "rerun":
      return rerunWork(request, action, ports);
    case "redrive":
      return redriveWork(request, action, ports);
    case "stop":
      return stopWork(request, action, ports);
    case "mark":
      return markWork(request, action, ports);
    case "redrive-dead-letters":
      return deadLetterWork(request, action, ports);
    case "bulk":
      return bulkWork(request, action, ports);
    case "loop":
      return loopWork(request, action, ports);
  }
}
