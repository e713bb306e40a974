/** Where the dialog of an action stands: over the page. */
import { useAsked } from "./ask-for.ts";
import { lazy } from "./lazy.tsx";

const ActionDialog = lazy(async () => ({ default: (await import("./action-dialog.tsx")).ActionDialog }), "quiet");

export function ActionHost() {
  const [asked, close] = useAsked();
  return asked ? <ActionDialog {...asked} onClose={close} /> : null;
}
