/** The links to all views, and the name of the place that they show. */
import type { Info } from "../../src/api/shapes/info.ts";
import { href, type ViewName } from "./routes.ts";

interface Entry {
  readonly label: string;
  readonly to: string;
  /** The views for which it is the one that is open. */
  readonly views: readonly ViewName[];
  readonly feature?: "bulk" | "loops";
}

export const ENTRIES: readonly Entry[] = [
  { label: "Home", to: href.home(), views: ["home"] },
  { label: "Payloads", to: href.payloads(), views: ["payloads", "payload", "execution"] },
  { label: "Workflows", to: href.workflows(), views: ["workflows", "workflow"] },
  { label: "Tasks", to: href.tasks(), views: ["tasks", "task"] },
  { label: "Dead letters", to: href.deadLetters(), views: ["dead-letters"] },
  { label: "Bulk runs", to: href.bulk(), views: ["bulk", "bulk-run"], feature: "bulk" },
  { label: "Loops", to: href.loops(), views: ["loops", "loop-task"], feature: "loops" },
  { label: "Actions", to: href.actions(), views: ["actions", "action"] },
];

export function entriesFor(info: Info | undefined): readonly Entry[] {
  return ENTRIES.filter(({ feature }) => feature === undefined || info === undefined || info.features[feature]);
}

interface NavigationProps {
  readonly view: ViewName;
  readonly info: Info | undefined;
}

export function Navigation({ view, info }: NavigationProps) {
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
    </header>
  );
}
