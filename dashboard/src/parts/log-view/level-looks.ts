/** How each level looks in the list and in the filter. */
import type { Shape, Tone } from "../marks.ts";
import type { Level } from "./level.ts";

export const LEVEL_LOOKS: Readonly<
  Record<Level, { readonly word: string; readonly tone: Tone; readonly shape: Shape }>
> = {
  error: { word: "Error", tone: "bad", shape: "cross" },
  warning: { word: "Warning", tone: "waiting", shape: "triangle" },
  info: { word: "Info", tone: "busy", shape: "dot" },
  debug: { word: "Debug", tone: "stopped", shape: "square" },
  other: { word: "No level", tone: "plain", shape: "dash" },
};
