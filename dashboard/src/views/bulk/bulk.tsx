/** The view "Bulk runs". */
import { Page } from "../../parts/page.tsx";

export default function Bulk() {
  return <Page title="Bulk runs" />;
}
