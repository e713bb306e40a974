/** What can be seen here, as commands of the command line: to be copied into a script, a note or a terminal. */
import { commandLine, useInfo } from "../info.ts";
import { Command } from "./copy.tsx";

interface SameCommandsProps {
  /** Without `npx cirrus` and without the options that lead to the place: `loop show zzebu/train`. */
  readonly commands: readonly string[];
}

export function SameCommands({ commands }: SameCommandsProps) {
  const info = useInfo();
  return (
    <details class="same-commands">
      <summary>The same on the command line</summary>
      {commands.map((command) => (
        <Command key={command} line={commandLine(info, command)} />
      ))}
    </details>
  );
}
