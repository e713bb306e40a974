/** What an action will do, in a sentence, before anybody confirms it. */
import type { ActionRequest } from "../../../src/api/shapes/actions.ts";
import type { PayloadCount } from "../../../src/api/shapes/payloads.ts";

export interface ActionText {
  /** The dialog's title. */
  readonly title: string;
  /** The button that confirms. */
  readonly verb: string;
  readonly consequence: string;
  /** It ends something that runs, or takes something away. */
  readonly isSevere: boolean;
}

/** `count`: how many the filter chooses, where that is known. */
export function actionText(request: ActionRequest, count?: PayloadCount): ActionText {
  const mild = (title: string, verb: string, consequence: string) => ({ title, verb, consequence, isSevere: false });
  const severe = (title: string, verb: string, consequence: string) => ({ title, verb, consequence, isSevere: true });
  switch (request.kind) {
    case "publish":
      return mild(
        `Publish ${many(request.payloads.length, "payload")}`,
        "Publish",
        "Each is sent to be processed. One that runs already, or has SUCCEEDED, is skipped unless it says to replace it.",
      );
    case "rerun":
      return mild(`Run ${payloads(request, count)} again`, "Run again", rerunText(request));
    case "redrive":
      return mild(
        `Redrive ${payloads(request, count)}`,
        "Redrive",
        "An execution that failed goes on where it failed: what succeeded is kept and not run again. One that its workflow ended in a Fail state is left: run it again instead.",
      );
    case "stop":
      return severe(
        `Stop ${payloads(request, count)}`,
        "Stop",
        "Their executions are ended, jobs that run for them are terminated, and the payloads end ABORTED.",
      );
    case "mark":
      return severe(
        `Mark ${payloads(request, count)} ${request.state}`,
        `Mark ${request.state}`,
        `The state becomes ${request.state} by hand. Payloads that run are left as they are: stop them first.`,
      );
    case "redrive-dead-letters": {
      const which = request.messageIds ? many(request.messageIds.length, "message") : "all dead letters";
      const title = `Send ${which} of the ${request.queue} queue again`;
      return mild(title, "Send again", "They go back into the queue as they came and have all their tries again.");
    }
    case "bulk":
      return bulkText(request);
    case "loop":
      return loopText(request);
  }
}

function rerunText(request: Extract<ActionRequest, { readonly kind: "rerun" }>): string {
  const input = request.payload === undefined ? "with the input that it had" : "with the input that you edited";
  const which = request.replace
    ? "also if it has SUCCEEDED or is INVALID"
    : "unless it has SUCCEEDED or is INVALID; those are skipped";
  return `Each begins a new execution ${input}, ${which}. One that runs is skipped.`;
}

type ByPayload = { readonly payloadIds?: readonly string[] | undefined; readonly filter?: unknown };

function payloads({ payloadIds }: ByPayload, count: PayloadCount | undefined): string {
  if (payloadIds) return many(payloadIds.length, "payload");
  if (!count) return "all payloads that match";
  return count.atLeast ? `more than ${number(count.count)} payloads` : many(count.count, "payload");
}

function bulkText({ run, do: verb }: Extract<ActionRequest, { readonly kind: "bulk" }>): ActionText {
  switch (verb) {
    case "retry-failed":
      return {
        title: `Retry what failed in ${run}`,
        verb: "Retry",
        consequence: "Entries that failed for good wait for a worker again, with all their tries.",
        isSevere: false,
      };
    case "stop":
      return {
        title: `Stop ${run}`,
        verb: "Stop",
        consequence: "Workers take no more entries. What runs ends by itself, what waits goes on waiting.",
        isSevere: true,
      };
    case "resume":
      return {
        title: `Let ${run} go on`,
        verb: "Resume",
        consequence: "Workers take its entries again.",
        isSevere: false,
      };
    case "purge":
      return {
        title: `Cancel what waits in ${run}`,
        verb: "Cancel them",
        consequence: "Entries that wait are cancelled and never run. What runs ends by itself.",
        isSevere: true,
      };
  }
}

function loopText(request: Extract<ActionRequest, { readonly kind: "loop" }>): ActionText {
  const target = request.task ?? (request.loop === undefined ? request.execution : `the loop ${request.loop}`) ?? "it";
  const [title, verb, consequence, isSevere] = LOOP[request.do];
  return {
    title: title.replace("*", target).replace("@", request.commit?.slice(0, 8) ?? "a commit"),
    verb,
    consequence,
    isSevere,
  };
}

type LoopVerb = Extract<ActionRequest, { readonly kind: "loop" }>["do"];

const LOOP: Readonly<Record<LoopVerb, readonly [title: string, verb: string, consequence: string, isSevere: boolean]>> =
  {
    pause: ["Pause *", "Pause", "It has no more turns until somebody resumes it. What runs ends by itself.", false],
    resume: ["Resume *", "Resume", "It has its turns again.", false],
    "run-now": ["Run * now", "Run now", "It is the next one in its loop, even if it is paused or not due.", false],
    cancel: [
      "Cancel *",
      "Cancel it",
      "The execution is ended; its outcome is CANCELLED, and its loop goes on with the next task.",
      true,
    ],
    pin: ["Pin * to @", "Pin", "From its next turn on it runs the code of this commit, until it is unpinned.", false],
    unpin: ["Unpin *", "Unpin", "From its next turn on it runs the newest commit of its branch again.", false],
  };

export function many(count: number, noun: string): string {
  return `${number(count)} ${noun}${count === 1 ? "" : "s"}`;
}

/** `12,345` */
export function number(value: number): string {
  return value.toLocaleString("en");
}
