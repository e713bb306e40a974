/** Where to see what an action came to: it is done when it has been asked for, and what was asked for begins then. */
import type { ActionRequest, ActionView } from "../../../../src/api/shapes/actions.ts";
import { href } from "../../routes.ts";

export interface WayOn {
  readonly text: string;
  readonly href: string;
}

export function wayOn({ at, request }: Pick<ActionView, "at" | "request">): WayOn | undefined {
  // As the API keeps it: what was asked for, but for payloads that are too long to be kept with it.
  const asked = request as Partial<ActionRequest> & Pick<ActionRequest, "kind">;
  switch (asked.kind) {
    case "rerun":
    case "redrive":
    case "stop":
    case "mark": {
      const [only, ...others] = asked.payloadIds ?? [];
      if (only !== undefined && others.length === 0) return { text: only, href: href.payload(only) };
      const { workflow, collections, organisation, idPrefix } = asked.filter ?? {};
      const place = { workflow, collections, organisation, idPrefix };
      return { text: "Payloads that have changed since", href: href.payloads({ ...place, since: at }) };
    }
    case "publish":
    case "redrive-dead-letters":
      return { text: "Payloads that have changed since", href: href.payloads({ since: at }) };
    case "bulk":
      return asked.run === undefined ? undefined : { text: asked.run, href: href.bulkRun(asked.run) };
    case "loop":
      return asked.task === undefined
        ? { text: "Loops", href: href.loops() }
        : { text: asked.task, href: href.loopTask(asked.task) };
  }
}
