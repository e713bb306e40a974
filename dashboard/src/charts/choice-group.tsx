/** A few ways to look at a graph, of which one is chosen. */
import "./choice-group.css";

interface ChoiceGroupProps<Choice extends string> {
  readonly label: string;
  readonly choices: readonly { readonly value: Choice; readonly text: string }[];
  readonly chosen: Choice;
  readonly onChoose: (value: Choice) => void;
}

export function ChoiceGroup<Choice extends string>({ label, choices, chosen, onChoose }: ChoiceGroupProps<Choice>) {
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset's legend cannot stand in one line with its buttons
    <span class="choice-group" role="group" aria-label={label}>
      <span class="label" aria-hidden="true">
        {label}
      </span>
      {choices.map(({ value, text }) => (
        <button
          key={value}
          type="button"
          class="button small"
          aria-pressed={value === chosen}
          onClick={() => onChoose(value)}
        >
          {text}
        </button>
      ))}
    </span>
  );
}
