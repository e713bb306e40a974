/** A few figures side by side, each under its name. */
import type { ComponentChildren } from "preact";

export interface Figure {
  readonly name: string;
  readonly value: ComponentChildren;
  /** Below the value: what it is measured from, or where it leads. */
  readonly note?: ComponentChildren;
}

export function Figures({ figures }: { readonly figures: readonly Figure[] }) {
  return (
    <dl class="figures">
      {figures.map(({ name, value, note }) => (
        <div key={name} class="figure">
          <dt>{name}</dt>
          <dd class="figure-value">{value}</dd>
          {note !== undefined && note !== null && <dd class="figure-note">{note}</dd>}
        </div>
      ))}
    </dl>
  );
}
