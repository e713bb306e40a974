/** Keys that do something anywhere on the page. No DOM: what was pressed goes in, what it means comes out. */
import { href } from "./routes.ts";

export type Meaning =
  | { readonly kind: "go"; readonly to: string }
  | { readonly kind: "palette" }
  | { readonly kind: "sheet" }
  /** The first of two keys: `g`. */
  | { readonly kind: "wait" };

export interface Pressed {
  readonly key: string;
  readonly ctrl: boolean;
  readonly meta: boolean;
  readonly alt: boolean;
  /** The focus is where text is written, or a dialog is open. */
  readonly isTaken: boolean;
}

export const GO: Readonly<Record<string, { readonly label: string; readonly to: string }>> = {
  h: { label: "Home", to: href.home() },
  p: { label: "Payloads", to: href.payloads() },
  w: { label: "Workflows", to: href.workflows() },
  t: { label: "Tasks", to: href.tasks() },
  d: { label: "Dead letters", to: href.deadLetters() },
  b: { label: "Bulk runs", to: href.bulk() },
  l: { label: "Loops", to: href.loops() },
  a: { label: "Actions", to: href.actions() },
};

/** `singles`: whether keys without Ctrl or Cmd mean anything; some people's tools type for them. */
export function meaningOf(pressed: Pressed, afterG: boolean, singles: boolean): Meaning | undefined {
  const { key, ctrl, meta, alt, isTaken } = pressed;
  if (key.toLowerCase() === "k" && (ctrl || meta) && !alt) return { kind: "palette" };
  if (isTaken || !singles || ctrl || meta || alt) return undefined;
  if (key === "?") return { kind: "sheet" };
  if (key === "/") return { kind: "palette" };
  if (afterG) {
    const there = Object.hasOwn(GO, key) ? GO[key] : undefined;
    return there && { kind: "go", to: there.to };
  }
  return key === "g" ? { kind: "wait" } : undefined;
}
