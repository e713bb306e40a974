/** Shows a message as it came. */
import { useState } from "preact/hooks";
import { Copy } from "../../parts/copy.tsx";
import { Dialog } from "../../parts/dialog.tsx";
import { readable } from "./message-text.ts";

interface MessageButtonProps {
  readonly id: string;
  readonly raw: string;
}

export function MessageButton({ id, raw }: MessageButtonProps) {
  const [isOpen, setOpen] = useState(false);
  return (
    <>
      <button type="button" class="button small" aria-label={`Message ${id}`} onClick={() => setOpen(true)}>
        Message
      </button>
      {isOpen && (
        <Dialog title={`Message ${id}`} wide onClose={() => setOpen(false)}>
          {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard */}
          <section aria-label="The message" tabIndex={0}>
            <pre class="raw">{readable(raw)}</pre>
          </section>
          <div class="dialog-buttons">
            <Copy text={raw} what="the message as it came" />
          </div>
        </Dialog>
      )}
    </>
  );
}
