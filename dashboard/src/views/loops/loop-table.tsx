/** The loops themselves: how far the iteration is, who drives it, whether somebody has paused it. */
import type { LoopView } from "../../../../src/api/shapes/loops.ts";
import { useInfo } from "../../info.ts";
import { ActionButton } from "../../parts/action-dialog.tsx";
import { Moment } from "../../parts/moment.tsx";
import { useNow } from "../../parts/now.ts";
import { StateMark } from "../../parts/state-mark.tsx";
import { type Column, Table } from "../../parts/table.tsx";
import { href } from "../../routes.ts";
import { holderText, loopNow, pauseText, turnsText } from "./turn-texts.ts";

interface LoopTableProps {
  readonly loops: readonly LoopView[];
  readonly onChange: () => void;
}

export function LoopTable({ loops, onChange }: LoopTableProps) {
  return <Table caption="Loops" rows={loops} rowKey={({ loop }) => loop} columns={columns(onChange)} />;
}

function columns(onChange: () => void): readonly Column<LoopView>[] {
  return [
    {
      key: "loop",
      header: "Loop",
      isName: true,
      cell: ({ loop }) => (loop === "metadata" ? "metadata" : <a href={href.loops(loop)}>{loop}</a>),
    },
    { key: "iteration", header: "Iteration", kind: "number", cell: ({ iteration }) => iteration.toLocaleString("en") },
    { key: "turns", header: "Turns", cell: (loop) => <span class="number">{turnsText(loop)}</span> },
    {
      key: "running",
      header: "Now",
      cell: (loop) => <Now loop={loop} />,
    },
    {
      key: "driver",
      header: "Driven by",
      cell: ({ holder, paused }) => (
        <>
          {holder === undefined ? <span class="faint">nobody</span> : <span title={holder}>{holderText(holder)}</span>}
          {paused && (
            <div class="faint">
              {pauseText(paused)}, <Moment at={paused.at} />
            </div>
          )}
        </>
      ),
    },
    {
      key: "actions",
      header: <span class="unseen">Actions</span>,
      cell: ({ loop, paused }) => (
        <ActionButton
          isSmall
          label={paused ? `Resume ${loop}` : `Pause ${loop}`}
          request={{ kind: "loop", do: paused ? "resume" : "pause", loop }}
          onDone={onChange}
        />
      ),
    },
  ];
}

function Now({ loop }: { readonly loop: LoopView }) {
  const state = loopNow(loop, useNow());
  // A stage starts its loops by itself; here a process has to.
  const isLocal = useInfo()?.stage === undefined;
  if (state === "waits" && loop.nextAt !== undefined) {
    return (
      <span class="number">
        next iteration <Moment at={loop.nextAt} />
      </span>
    );
  }
  if (state === "RUNNING" || state === "paused") return <StateMark state={state} />;
  return (
    <span class="number">
      {state === "due" ? (isLocal && loop.holder === undefined ? "not started" : "next turn is due") : state}
    </span>
  );
}
