/** Copies a text: an ID, a command. */
import { useEffect, useState } from "preact/hooks";
import { announce } from "./announce.ts";

interface CopyProps {
  readonly text: string;
  /** What is copied, for the button's name: `the payload ID`. */
  readonly what: string;
  /** On the button, where there are several side by side. */
  readonly label?: string;
}

export function Copy({ text, what, label }: CopyProps) {
  const [copied, setCopied] = useState<"no" | "yes" | "refused">("no");
  useEffect(() => {
    if (copied === "no") return;
    const timer = setTimeout(() => setCopied("no"), 2000);
    return () => clearTimeout(timer);
  }, [copied]);
  const copy = async () => {
    const done = await copyText(text);
    setCopied(done ? "yes" : "refused");
    announce(done ? `Copied ${what}.` : "The browser refused to copy. Select the text instead.");
  };
  return (
    <button type="button" class="button small" onClick={copy} aria-label={label ?? `Copy ${what}`}>
      {copied === "yes" ? "Copied" : copied === "refused" ? "Refused" : (label ?? "Copy")}
    </button>
  );
}

async function copyText(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return false;
  }
}

/** A command of the command line, with a button that copies it. */
export function Command({ line }: { readonly line: string }) {
  return (
    <div class="command">
      <pre>
        <code>{line}</code>
      </pre>
      <Copy text={line} what="the command" />
    </div>
  );
}
