/** What is selected, and what can be done with it. */
import { useState } from "preact/hooks";
import type { ActionView } from "../../../../src/api/shapes/actions.ts";
import type { PayloadCount, PayloadFilter, PayloadRow } from "../../../../src/api/shapes/payloads.ts";
import { useInfo } from "../../info.ts";
import { ActionDialog } from "../../parts/action-dialog.tsx";
import { many, number } from "../../parts/action-text.ts";
import { ACTS, actLabel, fits, MOST_IDS, type PayloadAct, requestOf, type Target } from "./acts.ts";
import { countText } from "./count-text.ts";
import { ExportButton } from "./export-button.tsx";
import { ALL_MATCHING, NOTHING, type Selection, selectedOfShown } from "./selection.ts";

interface SelectionBarProps {
  readonly selection: Selection;
  readonly rows: readonly PayloadRow[];
  readonly filter: PayloadFilter;
  readonly count: PayloadCount | undefined;
  readonly onChange: (selection: Selection) => void;
  readonly onDone: () => void;
}

export function SelectionBar({ selection, rows, filter, count, onChange, onDone }: SelectionBarProps) {
  const info = useInfo();
  const [act, setAct] = useState<PayloadAct>();
  const isNothing = selection.kind === "rows" && selection.ids.size === 0;
  const target: Target = selection.kind === "all" ? { filter } : { ids: [...selection.ids] };
  const tooMany = "ids" in target && target.ids.length > MOST_IDS;
  const mayNot = info?.user.mayOperate === false;
  const close = () => setAct(undefined);
  const done = (_: ActionView) => {
    onChange(NOTHING);
    onDone();
  };
  return (
    // biome-ignore lint/a11y/useSemanticElements: buttons that belong together, not a form
    <div
      class={isNothing ? "selection-bar idle" : "selection-bar"}
      role="group"
      aria-label="What to do with the selected payloads"
    >
      <p class="selection-count" role="status">
        {selection.kind === "all" ? allText(count) : `${number(selection.ids.size)} selected`}
      </p>
      <OfferAll selection={selection} rows={rows} count={count} onChange={onChange} />
      {!isNothing && (
        <button type="button" class="button small" onClick={() => onChange(NOTHING)}>
          Select none
        </button>
      )}
      <div class="selection-acts">
        {ACTS.map((each) => (
          <button
            key={actLabel(each)}
            type="button"
            class="button small"
            disabled={isNothing || tooMany || mayNot || !mayFit(each, selection, rows, filter)}
            onClick={() => setAct(each)}
          >
            {actLabel(each)}
          </button>
        ))}
        <ExportButton isDisabled={isNothing} target={target} />
      </div>
      {tooMany && <p>At most {number(MOST_IDS)} rows at once. Select all that match instead, narrowed by a filter.</p>}
      {act && (
        <ActionDialog
          request={requestOf(act, target)}
          count={selection.kind === "all" ? count : undefined}
          onClose={close}
          onDone={done}
        />
      )}
    </div>
  );
}

function allText(count: PayloadCount | undefined): string {
  return count ? `All that match are selected: ${countText(count)}` : "All that match are selected";
}

/** Where all rows that are shown are selected and there are more, all of them are one click away. */
function OfferAll({
  selection,
  rows,
  count,
  onChange,
}: Pick<SelectionBarProps, "selection" | "rows" | "count" | "onChange">) {
  if (selection.kind === "all" || !count || (!count.atLeast && count.count <= rows.length)) return null;
  const shown = rows.map(({ id }) => id);
  const isWhole = selectedOfShown(selection, shown) === "all";
  return (
    <button
      type="button"
      class={isWhole ? "button small main-button" : "button small"}
      onClick={() => onChange(ALL_MATCHING)}
    >
      Select all {count.atLeast ? `(${countText(count)})` : many(count.count, "payload")} matching
    </button>
  );
}

/** Not offered where it could do nothing with any of them; of payloads that are not shown only the filter tells. */
function mayFit(act: PayloadAct, selection: Selection, rows: readonly PayloadRow[], filter: PayloadFilter): boolean {
  if (selection.kind === "all") return filter.state === undefined || fits(act, filter.state);
  const known = rows.filter(({ id }) => selection.ids.has(id));
  return known.length < selection.ids.size || known.some(({ state }) => fits(act, state));
}
