/** Listens to the keyboard for the whole page. */
import { useEffect } from "preact/hooks";
import { navigate } from "./location.ts";
import { shortcutsAreOn } from "./parts/preferences.ts";
import { type Meaning, meaningOf } from "./shortcuts.ts";

/** How long the first of two keys waits for the second. */
const SECOND_KEY_MS = 1500;

export function useShortcuts(open: (what: "palette" | "sheet") => void): void {
  useEffect(() => {
    let lastG = 0;
    const onKeyDown = (event: KeyboardEvent) => {
      const afterG = event.timeStamp - lastG < SECOND_KEY_MS;
      const meaning = meaningOf(
        { key: event.key, ctrl: event.ctrlKey, meta: event.metaKey, alt: event.altKey, isTaken: isTaken(event) },
        afterG,
        shortcutsAreOn(),
      );
      lastG = meaning?.kind === "wait" ? event.timeStamp : 0;
      if (!meaning || meaning.kind === "wait") return;
      event.preventDefault();
      follow(meaning);
    };
    const follow = (meaning: Meaning) => {
      if (meaning.kind === "go") navigate(meaning.to);
      else if (meaning.kind !== "wait") open(meaning.kind);
    };
    document.addEventListener("keydown", onKeyDown);
    return () => document.removeEventListener("keydown", onKeyDown);
  }, [open]);
}

/** A number field, a list or an open dialog has a use of its own for keys. */
function isTaken(event: KeyboardEvent): boolean {
  const { target } = event;
  if (!(target instanceof Element)) return false;
  return target.closest("input, select, textarea, [contenteditable], [role=tree], [role=listbox], dialog") !== null;
}
