/** The links to all views, the name of the place that they show, and what whoever looks has chosen. */
import type { Info } from "../../src/api/shapes/info.ts";
import { type Preferences, prefer, usePreferences } from "./parts/preferences.ts";
import { href, type ViewName } from "./routes.ts";

interface Entry {
  readonly label: string;
  readonly to: string;
  /** The views for which it is the one that is open. */
  readonly views: readonly ViewName[];
  readonly feature?: "bulk" | "loops";
}

const ENTRIES: readonly Entry[] = [
  { label: "Home", to: href.home(), views: ["home"] },
  { label: "Payloads", to: href.payloads(), views: ["payloads", "payload", "execution"] },
  { label: "Workflows", to: href.workflows(), views: ["workflows", "workflow"] },
  { label: "Tasks", to: href.tasks(), views: ["tasks", "task"] },
  { label: "Dead letters", to: href.deadLetters(), views: ["dead-letters"] },
  { label: "Bulk runs", to: href.bulk(), views: ["bulk", "bulk-run"], feature: "bulk" },
  { label: "Loops", to: href.loops(), views: ["loops", "loop-task"], feature: "loops" },
  { label: "Actions", to: href.actions(), views: ["actions", "action"] },
];

/** Without those for which there is nothing here. */
export function entriesFor(info: Info | undefined): readonly Entry[] {
  return ENTRIES.filter(({ feature }) => feature === undefined || info === undefined || info.features[feature]);
}

interface NavigationProps {
  readonly view: ViewName;
  readonly info: Info | undefined;
  readonly onOpen: (what: "palette" | "sheet") => void;
}

export function Navigation({ view, info, onOpen }: NavigationProps) {
  return (
    <header class="side">
      <a class="brand" href={href.home()}>
        Cirrus
      </a>
      <p class="place">
        {info ? (
          <>
            <strong>{info.service}</strong> {info.place}
          </>
        ) : (
          "…"
        )}
      </p>
      <nav aria-label="Views">
        <ul>
          {entriesFor(info).map(({ label, to, views }) => (
            <li key={to}>
              <a href={to} aria-current={views.includes(view) ? "page" : undefined}>
                {label}
              </a>
            </li>
          ))}
        </ul>
      </nav>
      <Choices onOpen={onOpen} />
    </header>
  );
}

function Choices({ onOpen }: Pick<NavigationProps, "onOpen">) {
  const { theme, zone } = usePreferences();
  return (
    <div class="choices">
      <div class="choices-buttons">
        <button
          type="button"
          class="button small"
          aria-keyshortcuts="Control+K Meta+K"
          onClick={() => onOpen("palette")}
        >
          Go to…
        </button>
        <button type="button" class="button small" aria-label="Keyboard shortcuts" onClick={() => onOpen("sheet")}>
          ?
        </button>
      </div>
      <Choice
        label="Colours"
        value={theme}
        options={{ system: "system", light: "light", dark: "dark" }}
        onChoose={(chosen) => prefer({ theme: chosen })}
      />
      <Choice
        label="Times"
        value={zone}
        options={{ local: "local", utc: "UTC" }}
        onChoose={(chosen) => prefer({ zone: chosen })}
      />
    </div>
  );
}

interface ChoiceProps<Value extends string> {
  readonly label: string;
  readonly value: Value;
  readonly options: Readonly<Record<Value, string>>;
  readonly onChoose: (value: Value) => void;
}

function Choice<Value extends Preferences["theme"] | Preferences["zone"]>(props: ChoiceProps<Value>) {
  const { label, value, options, onChoose } = props;
  // The keys of the record are the values, which Object.keys does not know.
  const values = Object.keys(options) as Value[];
  const choose = (chosen: string) => {
    const known = values.find((one) => one === chosen);
    if (known !== undefined) onChoose(known);
  };
  return (
    <label class="choice-label">
      <span>{label}</span>
      <select value={value} onChange={(event) => choose(event.currentTarget.value)}>
        {values.map((one) => (
          <option key={one} value={one}>
            {options[one]}
          </option>
        ))}
      </select>
    </label>
  );
}
