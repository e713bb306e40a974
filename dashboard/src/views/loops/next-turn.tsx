/** When a task has its next turn: a time that is counted down to, or its place in the loop. */
import type { LoopTaskView } from "../../../../src/api/shapes/loops.ts";
import { Moment } from "../../parts/moment.tsx";
import { useNow } from "../../parts/now.ts";
import { nextTurn } from "./turn-texts.ts";

export function NextTurn({ task }: { readonly task: Pick<LoopTaskView, "next" | "nextAt"> }) {
  const { text, at } = nextTurn(task, useNow());
  if (at === undefined) return <>{text}</>;
  return (
    <>
      <Moment at={at} />
      <span class="faint">, {text}</span>
    </>
  );
}
