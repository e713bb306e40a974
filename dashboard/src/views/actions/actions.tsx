/** The view "Actions". */
import { Page } from "../../parts/page.tsx";

export default function Actions() {
  return <Page title="Actions" />;
}
