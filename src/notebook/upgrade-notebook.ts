/** Brings a notebook of nbformat 3 into the form of nbformat 4: its worksheets become one list of cells. */
import { isJsonObject, type Json, type JsonObject } from "../json.ts";

export function upgradeNotebook(notebook: JsonObject): JsonObject {
  const worksheets = list(notebook.worksheets);
  if (worksheets === undefined) return { nbformat: 4, nbformat_minor: 4, metadata: {} };
  const old = worksheets
    .flatMap((sheet) => (isJsonObject(sheet) ? (list(sheet.cells) ?? []) : []))
    .filter(isJsonObject);
  const language = old.find((cell) => cell.cell_type === "code" && typeof cell.language === "string")?.language;
  const metadata = isJsonObject(notebook.metadata) ? notebook.metadata : {};
  const said = language === undefined ? {} : { language_info: { name: language } };
  return { nbformat: 4, nbformat_minor: 4, metadata: { ...said, ...metadata }, cells: old.map(upgradeCell) };
}

function list(value: Json | undefined): readonly Json[] | undefined {
  return Array.isArray(value) ? value : undefined;
}

function upgradeCell(cell: JsonObject): JsonObject {
  const metadata = isJsonObject(cell.metadata) ? cell.metadata : {};
  if (cell.cell_type === "code") {
    return {
      cell_type: "code",
      metadata,
      source: cell.input ?? "",
      execution_count: typeof cell.prompt_number === "number" ? cell.prompt_number : null,
      outputs: (list(cell.outputs) ?? []).filter(isJsonObject).map(upgradeOutput),
    };
  }
  if (cell.cell_type !== "heading") return { cell_type: textKind(cell), metadata, source: cell.source ?? "" };
  const level = typeof cell.level === "number" ? cell.level : 1;
  return { cell_type: "markdown", metadata, source: `${"#".repeat(level)} ${text(cell.source)}` };
}

/** What only nbformat 3 had (`html`) Markdown shows too. */
function textKind(cell: JsonObject): string {
  return cell.cell_type === "raw" ? "raw" : "markdown";
}

function text(source: Json | undefined): string {
  return Array.isArray(source) ? source.join("") : typeof source === "string" ? source : "";
}

/** The names that outputs had for what are media types now. */
const MEDIA: Readonly<Record<string, string>> = {
  text: "text/plain",
  html: "text/html",
  svg: "image/svg+xml",
  png: "image/png",
  jpeg: "image/jpeg",
  latex: "text/latex",
  json: "application/json",
  javascript: "application/javascript",
  pdf: "application/pdf",
};

function upgradeOutput(output: JsonObject): JsonObject {
  switch (output.output_type) {
    case "stream":
      return { output_type: "stream", name: output.stream === "stderr" ? "stderr" : "stdout", text: output.text ?? "" };
    case "pyerr":
      return {
        output_type: "error",
        ename: text(output.ename),
        evalue: text(output.evalue),
        traceback: list(output.traceback) ?? [],
      };
    case "pyout": {
      const count = typeof output.prompt_number === "number" ? output.prompt_number : null;
      return { output_type: "execute_result", execution_count: count, metadata: {}, data: mediaOf(output) };
    }
    default:
      return { output_type: "display_data", metadata: {}, data: mediaOf(output) };
  }
}

function mediaOf(output: JsonObject): JsonObject {
  return Object.fromEntries(
    Object.entries(MEDIA).flatMap(([key, media]) => (output[key] === undefined ? [] : [[media, output[key]]])),
  );
}
