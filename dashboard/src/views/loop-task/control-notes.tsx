/** What people have asked of a task: who, when and why. */
import type { ComponentChildren } from "preact";
import type { LoopTaskView } from "../../../../src/api/shapes/loops.ts";
import { Moment } from "../../parts/moment.tsx";
import { MarkIcon } from "../../parts/state-mark.tsx";
import { pauseText } from "../loops/turn-texts.ts";

type Controlled = Pick<LoopTaskView, "paused" | "pin" | "runNow" | "loop">;

export function ControlNotes({ task: { paused, pin, runNow, loop } }: { readonly task: Controlled }) {
  return (
    <>
      {paused && (
        <Note shape="pause">
          {paused.what === "loop" ? `The loop ${loop ?? ""} is ` : "It is "}
          {pauseText(paused)}, <Moment at={paused.at} />. It has no turns until somebody resumes it.
        </Note>
      )}
      {pin && (
        <Note shape="diamond">
          Pinned to <code>{pin.commit.slice(0, 8)}</code>{" "}
          {pin.by === "file"
            ? "by its file: a commit there takes the pin away."
            : "by an operator, until it is unpinned."}
        </Note>
      )}
      {runNow && (
        <Note shape="clock">
          {runNow.by} asked for it, <Moment at={runNow.at} />
          {runNow.note !== undefined && runNow.note !== "" && `: ${runNow.note}`}. It is the next one in its loop.
        </Note>
      )}
    </>
  );
}

function Note({
  shape,
  children,
}: {
  readonly shape: "pause" | "diamond" | "clock";
  readonly children: ComponentChildren;
}) {
  return (
    <p class="control-note">
      <MarkIcon shape={shape} /> <span>{children}</span>
    </p>
  );
}
