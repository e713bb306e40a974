/** The view "Payload". */
import { Page } from "../../parts/page.tsx";

export default function Payload() {
  return <Page title="Payload" />;
}
