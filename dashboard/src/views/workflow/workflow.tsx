/** The view "Workflow". */
import { Page } from "../../parts/page.tsx";

export default function Workflow() {
  return <Page title="Workflow" />;
}
