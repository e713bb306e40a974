/** What can be said against an action before it begins, so that whoever asks for it is told at once. */
import type { ActionRequest, ChosenPayloads, PublishRequest, RerunRequest } from "../../actions/action-request.ts";
import { CirrusError, EXIT, type Problem, ProblemsError } from "../../errors.ts";
import { parsePayload } from "../../payload/payload.ts";
import { requireBulk } from "./bulk.ts";
import { checkLoopRequest } from "./check-loop.ts";
import type { BeginPorts } from "./ports.ts";

/** The request as it is carried out: a commit is whole. */
export async function checkRequest(request: ActionRequest, ports: BeginPorts): Promise<ActionRequest> {
  switch (request.kind) {
    case "publish":
      checkPayloads(request);
      return request;
    case "rerun":
      checkChoice(request);
      checkEdited(request);
      return request;
    case "redrive":
    case "stop":
    case "mark":
      checkChoice(request);
      return request;
    case "redrive-dead-letters":
      return request;
    case "bulk":
      if ((await requireBulk(ports.bulk).runs.get(request.run)) === undefined) throw noRun(request.run);
      return request;
    case "loop":
      return { ...(await checkLoopRequest(request, ports)), why: request.why };
  }
}

function checkPayloads({ payloads }: PublishRequest): void {
  const problems = payloads.flatMap((payload, index) => {
    const parsed = parsePayload(payload);
    return "problems" in parsed ? parsed.problems.map((one) => placed(one, `payloads.${index}`)) : [];
  });
  if (problems.length === 0) return;
  throw new ProblemsError("This is not a process payload.", problems, { exitCode: EXIT.usage });
}

/** `$.features[0]` is `payload.features[0]` of the request. */
function placed(problem: Problem, member: string): Problem {
  return { ...problem, path: `${member}${(problem.path ?? "$").slice(1)}` };
}

function checkChoice({ payloadIds, filter }: ChosenPayloads): void {
  if ((payloadIds === undefined) !== (filter === undefined)) return;
  throw new CirrusError(
    filter === undefined ? "It does not say which payloads." : "It says both payloadIds and filter.",
    {
      hint: "Give payloadIds or a filter.",
      exitCode: EXIT.usage,
    },
  );
}

function checkEdited({ payload, payloadIds = [] }: RerunRequest): void {
  if (payload === undefined) return;
  const [payloadId, ...others] = payloadIds;
  if (payloadId === undefined || others.length > 0) {
    throw new CirrusError("A changed input is for one payload, named by its ID.", { exitCode: EXIT.usage });
  }
  const parsed = parsePayload(payload);
  if ("problems" in parsed) {
    const problems = parsed.problems.map((one) => placed(one, "payload"));
    throw new ProblemsError("This is not a process payload.", problems, { exitCode: EXIT.usage });
  }
  if (parsed.payload.id === payloadId) return;
  throw new CirrusError(`The changed input is of another payload: ${parsed.payload.id}.`, {
    hint: `Leave its ID as it was, ${payloadId}, or publish it as a new payload.`,
    exitCode: EXIT.usage,
  });
}

function noRun(run: string): CirrusError {
  return new CirrusError(`There is no bulk run ${run}.`, {
    hint: "GET /v1/bulk lists those that exist.",
    exitCode: EXIT.notFound,
  });
}
