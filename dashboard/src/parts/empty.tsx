/** What stands where there is nothing yet: why, and how to get the first thing into it. */
import type { ComponentChildren } from "preact";
import { Command } from "./copy.tsx";

interface EmptyProps {
  /** A short sentence: `No payloads yet.` */
  readonly title: string;
  /** To be copied. */
  readonly command?: string | undefined;
  readonly children?: ComponentChildren;
}

export function Empty({ title, command, children }: EmptyProps) {
  return (
    <div class="empty">
      <p class="empty-title">{title}</p>
      {children}
      {command !== undefined && <Command line={command} />}
    </div>
  );
}
