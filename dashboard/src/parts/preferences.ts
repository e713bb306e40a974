/** What whoever looks has chosen for this browser: colours, clock, single-key shortcuts. */
import { useEffect, useState } from "preact/hooks";
import type { Zone } from "./time-text.ts";

export interface Preferences {
  readonly theme: "system" | "light" | "dark";
  readonly zone: Zone;
  readonly shortcuts: boolean;
}

const KEY = "cirrus-preferences";
const DEFAULTS: Preferences = { theme: "system", zone: "local", shortcuts: true };

let current = { ...DEFAULTS, ...stored() };
const listeners = new Set<(preferences: Preferences) => void>();

/** A browser may refuse storage; then the choice lasts as long as the page. */
function stored(): Partial<Preferences> {
  try {
    return JSON.parse(localStorage.getItem(KEY) ?? "{}") as Partial<Preferences>;
  } catch {
    return {};
  }
}

export function usePreferences(): Preferences {
  const [known, setKnown] = useState(current);
  useEffect(() => {
    listeners.add(setKnown);
    return () => void listeners.delete(setKnown);
  }, []);
  return known;
}

export function prefer(changes: Partial<Preferences>): void {
  current = { ...current, ...changes };
  try {
    localStorage.setItem(KEY, JSON.stringify(current));
  } catch {
    // Nothing is lost but the memory of it.
  }
  applyTheme();
  for (const listener of listeners) listener(current);
}

export function applyTheme(): void {
  const { theme } = current;
  if (theme === "system") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme;
}

export function shortcutsAreOn(): boolean {
  return current.shortcuts;
}
