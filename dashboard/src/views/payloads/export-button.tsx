/** Downloads the IDs of payloads, one a line, as `cirrus payload rerun -` reads them. */

import { useEffect, useRef, useState } from "preact/hooks";
import type { PayloadPage } from "../../../../src/api/shapes/payloads.ts";
import { get } from "../../api/client.ts";
import { problemFrom } from "../../api/use-query.ts";
import { many, number } from "../../parts/action-text.ts";
import { announce } from "../../parts/announce.ts";
import { IDS_FILE } from "../../parts/equivalent-command.ts";
import { saveFile } from "../../parts/save-file.ts";
import type { Target } from "./acts.ts";

interface ExportButtonProps {
  readonly target: Target;
  readonly isDisabled: boolean;
}

/** A file for people; more is a task for the command line. */
const MOST_EXPORTED = 100_000;

export function ExportButton({ target, isDisabled }: ExportButtonProps) {
  const [standing, setStanding] = useState<string>();
  const control = useRef<AbortController>(undefined);
  useEffect(() => () => control.current?.abort(), []);
  const start = async () => {
    control.current = new AbortController();
    try {
      const ids = "ids" in target ? target.ids : await idsOf(target.filter, control.current.signal, setStanding);
      saveFile(IDS_FILE, [`${ids.join("\n")}\n`]);
      announce(`Exported the IDs of ${many(ids.length, "payload")}.`);
      setStanding(ids.length === MOST_EXPORTED ? `Only the first ${number(MOST_EXPORTED)} were exported.` : undefined);
    } catch (error) {
      setStanding(control.current.signal.aborted ? undefined : problemFrom(error).detail);
    }
  };
  return (
    <>
      <button type="button" class="button small" disabled={isDisabled} onClick={start}>
        Export IDs
      </button>
      {standing !== undefined && <span role="status">{standing}</span>}
    </>
  );
}

async function idsOf(
  filter: Readonly<Record<string, string | undefined>>,
  signal: AbortSignal,
  onProgress: (text: string) => void,
): Promise<readonly string[]> {
  const ids: string[] = [];
  let cursor: string | undefined;
  do {
    const { body }: { readonly body: PayloadPage } = await get(
      "/v1/payloads",
      { ...filter, limit: 1000, cursor },
      signal,
    );
    ids.push(...body.rows.map(({ id }) => id));
    cursor = body.next;
    if (cursor !== undefined) onProgress(`${number(ids.length)} so far…`);
  } while (cursor !== undefined && ids.length < MOST_EXPORTED);
  return ids.slice(0, MOST_EXPORTED);
}
