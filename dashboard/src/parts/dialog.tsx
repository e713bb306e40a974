/** A dialog over the page. The browser's own element keeps the focus inside and gives it back when it closes. */
import type { ComponentChildren } from "preact";
import { useEffect, useId, useRef } from "preact/hooks";
import { HEADING_ID } from "./page.tsx";

interface DialogProps {
  readonly title: string;
  readonly onClose: () => void;
  readonly children: ComponentChildren;
  readonly wide?: boolean;
}

/** It is open as long as it is drawn. */
export function Dialog({ title, onClose, children, wide = false }: DialogProps) {
  const element = useRef<HTMLDialogElement>(null);
  const id = useId();
  useEffect(() => {
    const dialog = element.current;
    const before = document.activeElement;
    dialog?.showModal();
    return () => {
      dialog?.close();
      // What opened it may be gone, or the page may be another one, which has its own place to begin.
      if (before instanceof HTMLElement && before.isConnected) before.focus();
      else document.getElementById(HEADING_ID)?.focus();
    };
  }, []);
  const onClick = (event: MouseEvent) => {
    // A click on the dialog itself is one beside its content.
    if (event.target === element.current) onClose();
  };
  const onCancel = (event: Event) => {
    event.preventDefault();
    onClose();
  };
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: Escape closes it, by the element's own cancel event
    <dialog
      ref={element}
      class={wide ? "dialog wide" : "dialog"}
      aria-labelledby={id}
      onClick={onClick}
      onCancel={onCancel}
    >
      <div class="dialog-content">
        <header class="dialog-header">
          <h2 id={id}>{title}</h2>
          <button type="button" class="button small" onClick={onClose} aria-label="Close">
            ✕
          </button>
        </header>
        {children}
      </div>
    </dialog>
  );
}
