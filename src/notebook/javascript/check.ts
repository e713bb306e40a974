/** Looks whether a notebook in TypeScript or JavaScript could run as it is registered. Nothing of it runs. */
import type { NotebookFinding, NotebookRequest } from "../../loop/notebook-check.ts";
import type { Notebook } from "../read-notebook.ts";
import { extractCode } from "./extract-code.ts";

export function checkJavaScript(
  { language, cells }: Pick<Notebook, "language" | "cells">,
  request: NotebookRequest,
): NotebookFinding[] {
  const extract = extractCode(cells, language === "javascript" ? "javascript" : "typescript", request);
  const findings = extract.outcome === "refused" ? extract.findings : extract.warnings;
  return findings.map((finding) => ({ key: request.key, ...finding }));
}
