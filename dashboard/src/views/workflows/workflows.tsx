/** The view "Workflows". */
import { Page } from "../../parts/page.tsx";

export default function Workflows() {
  return <Page title="Workflows" />;
}
