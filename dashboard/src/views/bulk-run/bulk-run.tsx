/** The view "Bulk run". */
import { Page } from "../../parts/page.tsx";

export default function BulkRun() {
  return <Page title="Bulk run" />;
}
