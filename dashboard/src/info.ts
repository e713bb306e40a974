/** Where the page looks and what whoever looks may do, for every view. */
import { createContext } from "preact";
import { useContext } from "preact/hooks";
import type { Info } from "../../src/api/shapes/info.ts";

export const InfoContext = createContext<Info | undefined>(undefined);

/** Undefined until the first answer is there. */
export function useInfo(): Info | undefined {
  return useContext(InfoContext);
}

/** A command of the command line for the place that the page shows: `npx cirrus payload list --stage prod`. */
export function commandLine(info: Info | undefined, rest: string): string {
  return `npx cirrus ${rest}${info?.flags ?? ""}`;
}
