/** The view "Execution". */
import { Page } from "../../parts/page.tsx";

export default function Execution() {
  return <Page title="Execution" />;
}
