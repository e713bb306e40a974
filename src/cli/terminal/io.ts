/** The terminal as the commands see it, so that tests can stand in for it. */
import type { Readable } from "node:stream";
import { styleText } from "node:util";

export interface Io {
  readonly stdin: Readable & { readonly isTTY?: boolean };
  /** Data only. */
  readonly stdout: Output;
  /** Progress, notes and errors. */
  readonly stderr: Output;
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Aborted by Ctrl-C (SIGINT) or SIGTERM. */
  readonly signal: AbortSignal;
}

export interface Output {
  /** False: the reader is behind, and `drain` tells when it has caught up. */
  write(text: string): unknown;
  once?(event: "drain", listener: () => void): unknown;
  readonly isTTY?: boolean;
  readonly columns?: number;
  readonly rows?: number;
}

export type Style = "bold" | "dim" | "red" | "green" | "yellow" | "blue" | "cyan";

/** Colour only where a person looks: never in a pipe, with NO_COLOR, or on a dumb terminal. */
export function paint(io: Pick<Io, "env">, output: Output, style: Style, text: string): string {
  return usesColour(io, output) ? styleText(style, text, { validateStream: false }) : text;
}

function usesColour({ env }: Pick<Io, "env">, output: Output): boolean {
  if (env.NO_COLOR) return false;
  if (env.FORCE_COLOR && env.FORCE_COLOR !== "0") return true;
  return output.isTTY === true && env.TERM !== "dumb";
}

/** Whether lines may be redrawn in place. */
export function isLive({ env, stderr }: Pick<Io, "env" | "stderr">): boolean {
  return stderr.isTTY === true && env.TERM !== "dumb" && !env.CI;
}
