/** What is wrong with what repositories register: where it stands, what it is, what to do. */
import type { LoopProblemView } from "../../../../src/api/shapes/loops.ts";
import { MarkIcon } from "../../parts/state-mark.tsx";
import { placeText } from "./turn-texts.ts";

export function ProblemList({ problems }: { readonly problems: readonly LoopProblemView[] }) {
  return (
    <ul class="loop-problems">
      {problems.map((problem) => (
        <li key={`${problem.repository} ${placeText(problem)} ${problem.code} ${problem.message}`}>
          <span class={`mark ${problem.severity === "error" ? "mark-bad" : "mark-waiting"}`}>
            <MarkIcon shape={problem.severity === "error" ? "cross" : "triangle"} /> {problem.severity}
          </span>{" "}
          {placeText(problem) !== "" && <code>{placeText(problem)}</code>} {problem.message}
          <div class="faint">
            {problem.hint !== undefined && `${problem.hint} `}
            In <span class="repository">{problem.repository}</span>
          </div>
        </li>
      ))}
    </ul>
  );
}
