/** Buttons for what the pointer and the keys do to the graph's view as well. */
import type { View } from "./use-view.ts";

interface GraphControlsProps {
  readonly view: View;
  readonly canUnfold: boolean;
  readonly onUnfold: () => void;
}

const STEP = 80;

export function GraphControls({ view, canUnfold, onUnfold }: GraphControlsProps) {
  const buttons: readonly (readonly [sign: string, name: string, act: () => void])[] = [
    ["+", "Zoom in", () => view.zoomBy(1.25)],
    ["−", "Zoom out", () => view.zoomBy(0.8)],
    ["←", "Move left", () => view.panBy(STEP, 0)],
    ["→", "Move right", () => view.panBy(-STEP, 0)],
    ["↑", "Move up", () => view.panBy(0, STEP)],
    ["↓", "Move down", () => view.panBy(0, -STEP)],
  ];
  return (
    <div class="graph-controls">
      {buttons.map(([sign, name, act]) => (
        <button key={name} type="button" class="button small" aria-label={name} title={name} onClick={act}>
          {sign}
        </button>
      ))}
      <button type="button" class="button small" onClick={view.fitAll}>
        All of it
      </button>
      {canUnfold && (
        <button type="button" class="button small" onClick={onUnfold}>
          Unfold all
        </button>
      )}
      <details class="graph-keys">
        <summary>Keys</summary>
        <p>
          In the graph: arrows go from state to state, Enter chooses one, F folds a Map or Parallel; Shift and arrows
          move, + and − zoom, 0 shows all of it. Ctrl and the wheel zoom too.
        </p>
      </details>
    </div>
  );
}
