/** The view "Payloads". */
import { Page } from "../../parts/page.tsx";

export default function Payloads() {
  return <Page title="Payloads" />;
}
