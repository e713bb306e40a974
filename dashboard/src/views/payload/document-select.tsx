/** Chooses one of a payload's documents. */
import type { DocumentChoice } from "./documents.ts";

interface DocumentSelectProps {
  readonly label: string;
  readonly choices: readonly DocumentChoice[];
  readonly value: string;
  readonly onChange: (text: string) => void;
}

export function DocumentSelect({ label, choices, value, onChange }: DocumentSelectProps) {
  const isKnown = choices.some(({ text }) => text === value);
  return (
    <label class="document-select">
      {label}{" "}
      <select value={value} onChange={(event) => onChange(event.currentTarget.value)}>
        {!isKnown && <option value={value}>{value === "" ? "choose one" : "another document"}</option>}
        {choices.map((choice) => (
          <option key={choice.text} value={choice.text}>
            {choice.label}
          </option>
        ))}
      </select>
    </label>
  );
}
