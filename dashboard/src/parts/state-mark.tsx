/** A state as icon, word and colour. */
import { markOf, type Shape } from "./marks.ts";

interface StateMarkProps {
  readonly state: string;
  /** Where the word stands beside it anyway, or in the table's heading. */
  readonly iconOnly?: boolean;
}

export function StateMark({ state, iconOnly = false }: StateMarkProps) {
  const { tone, shape, word } = markOf(state);
  return (
    <span class={`mark mark-${tone}`}>
      <MarkIcon shape={shape} />
      <span class={iconOnly ? "unseen" : ""}>{word.replaceAll("_", " ")}</span>
    </span>
  );
}

/** Drawn in the colour of the text around it. */
export function MarkIcon({ shape }: { readonly shape: Shape }) {
  return (
    <svg class={`mark-icon mark-${shape}`} viewBox="0 0 16 16" aria-hidden="true">
      {SHAPES[shape]}
    </svg>
  );
}

const line = { fill: "none", stroke: "currentColor", "stroke-width": "2.4", "stroke-linecap": "round" } as const;

const SHAPES = {
  dot: <circle cx="8" cy="8" r="5.5" fill="currentColor" />,
  cross: <path d="M3.5 3.5l9 9M12.5 3.5l-9 9" {...line} />,
  ring: <circle cx="8" cy="8" r="5" stroke-dasharray="20 8" {...line} />,
  clock: <path d="M8 2.5a5.5 5.5 0 1 0 .01 0M8 5v3.4l2.2 1.4" {...line} stroke-width="1.8" />,
  diamond: <path d="M8 1.5L14.5 8 8 14.5 1.5 8z" fill="currentColor" />,
  square: <rect x="3" y="3" width="10" height="10" rx="1.5" fill="currentColor" />,
  dash: <path d="M4 8h8" {...line} />,
  triangle: <path d="M8 2l6.5 11.5h-13z" fill="currentColor" />,
  pause: <path d="M5.5 3.5v9M10.5 3.5v9" {...line} />,
};
