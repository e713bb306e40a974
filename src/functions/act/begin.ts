/** Begins an action: whatever can be said against it is said now; then it is stored, before anything of it is done. */
import type { Action } from "../../actions/action.ts";
import type { ActionRequest } from "../../actions/action-request.ts";
import { isoTime } from "../../clock.ts";
import { CirrusError } from "../../errors.ts";
import { checkRequest } from "./check.ts";
import { keepRequest } from "./keep.ts";
import type { BeginPorts } from "./ports.ts";
import { BEGINNING, writeProgress } from "./progress.ts";
import { workOf } from "./work-of.ts";

export interface NewAction {
  /** UUID version 7. */
  readonly id: string;
  readonly by: string;
  readonly request: ActionRequest;
}

export async function beginAction({ id, by, request: asked }: NewAction, ports: BeginPorts): Promise<Action> {
  const { kind, why } = asked;
  const request = await checkRequest(asked, ports);
  const at = isoTime(ports.functions.clock.now());
  const facts = { id, by, at, why };
  const { why: _told, ...rest } = request;
  const action: Action = {
    ...facts,
    kind,
    request: await keepRequest(id, rest, ports),
    what: workOf(request, facts, ports).what(undefined),
    state: "RUNNING",
    done: 0,
    skipped: 0,
    failed: 0,
    updated: at,
    problems: [],
    cursor: writeProgress(BEGINNING),
    version: 1,
  };
  if (await ports.actions.begin(action)) return action;
  throw new CirrusError(`There is an action ${id} already.`);
}
