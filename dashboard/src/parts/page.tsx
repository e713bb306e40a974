/** The frame of each view: its heading, which gets the focus when the view is opened, and the document's title. */
import type { ComponentChildren } from "preact";
import { useEffect } from "preact/hooks";
import { useInfo } from "../info.ts";

interface PageProps {
  readonly title: string;
  /** Above the heading: where this belongs. */
  readonly above?: ComponentChildren;
  /** Beside the heading: a state mark. */
  readonly mark?: ComponentChildren;
  /** At the end of the heading's line: buttons. */
  readonly actions?: ComponentChildren;
  readonly children?: ComponentChildren;
}

export const HEADING_ID = "page-heading";

export function Page({ title, above, mark, actions, children }: PageProps) {
  const info = useInfo();
  // Tabs of two stages are told apart.
  const where = info?.stage === undefined ? "Cirrus" : `${info.service}-${info.stage} · Cirrus`;
  useEffect(() => {
    document.title = `${title} · ${where}`;
  }, [title, where]);
  return (
    <>
      <header class="page-header">
        {above && <div class="page-above">{above}</div>}
        <div class="page-title">
          <h1 id={HEADING_ID} tabIndex={-1}>
            {title}
          </h1>
          {mark}
          {actions && <div class="page-actions">{actions}</div>}
        </div>
      </header>
      {children}
    </>
  );
}
