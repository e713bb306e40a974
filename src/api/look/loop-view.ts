/** Loops and their tasks as the page shows them: the figures of `src/loop/look`, in words where people read them. */
import { isoTime } from "../../clock.ts";
import { scheduleText, workText } from "../../loop/look/describe-task.ts";
import type { ExecutionLook, LoopLook, OrganisationLook, TaskLook } from "../../loop/look/look-at-loops.ts";
import { nextText, waitsForStart } from "../../loop/look/next-text.ts";
import type { RegistrationProblem } from "../../loop/registration.ts";
import { defined } from "../defined.ts";
import type { LoopExecutionView, LoopProblemView, LoopTaskView, LoopView, OrganisationView } from "../shapes/loops.ts";

export function organisationView(look: OrganisationLook): OrganisationView {
  const { paused, problems } = look;
  return defined({ ...look, paused: paused && defined(paused), problems: problems.map(problemView) });
}

export function loopView(look: LoopLook): LoopView {
  return defined({ ...look, turns: { ...look.turns }, paused: look.paused && defined(look.paused) });
}

export function problemView(problem: RegistrationProblem): LoopProblemView {
  const { severity, code, message, hint, repository, file, line } = problem;
  return defined({ severity, code, message, hint, repository, file, line });
}

export function executionView(look: ExecutionLook): LoopExecutionView {
  const { error, warnings } = look;
  return defined({ ...look, error: error && defined({ ...error }), warnings: [...warnings] });
}

export interface Telling {
  /** Milliseconds since 1970. */
  readonly now: number;
  /** What starts loops that nobody drives. */
  readonly starts: string | undefined;
  readonly recent: LoopTaskView["recent"];
}

export function taskView(look: TaskLook, telling: Telling): LoopTaskView {
  const { task, codops, name, loop, standing, state, next, holder, last, lastOutcome, counts, runNow } = look;
  const { successRate, meanDurationMs, failureStreak, paused, pin, registered, problems } = look;
  const waits = waitsForStart(look, telling.starts);
  return defined({
    task,
    codops,
    name,
    loop,
    standing,
    state,
    next: waits ? waitText(look, telling) : nextText(next),
    // What should have come by now comes now: no turn is in the past.
    nextAt: next.when === "at" && !waits ? isoTime(Math.max(telling.now, Date.parse(next.at))) : undefined,
    holder,
    last: last && executionView(last),
    lastOutcome,
    counts: { ...counts },
    successRate,
    meanDurationMs,
    failureStreak,
    paused: paused && defined(paused),
    pin: pin && { commit: pin.commit, by: pin.by },
    runNow: runNow && defined(runNow),
    work: registered && workText(registered.work),
    repository: registered?.written.repository,
    file: registered?.written.file,
    line: registered?.written.line,
    schedule: registered && scheduleText(registered.settings),
    timeoutSeconds: registered?.settings.timeoutSeconds,
    problems: problems.map(problemView),
    recent: [...telling.recent],
  });
}

function waitText({ next }: TaskLook, { starts }: Telling): string {
  const left = next.when === "now" ? "whoever ran it is gone: it is found LOST " : "";
  return `${left}when its loop is started: npx ${starts}`;
}
