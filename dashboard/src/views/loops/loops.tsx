/** The view "Loops". */
import { Page } from "../../parts/page.tsx";

export default function Loops() {
  return <Page title="Loops" />;
}
