/** The view "Dead letters". */
import { Page } from "../../parts/page.tsx";

export default function DeadLetters() {
  return <Page title="Dead letters" />;
}
