/** Messages that became nothing: given up after too many tries, or rejected at once; why, and what to do. */
import { Page } from "../../parts/page.tsx";
import { Tabs } from "../../parts/tabs.tsx";
import type { ViewProps } from "../../routes.ts";
import { DeadLetterList } from "./dead-letter-list.tsx";
import { RejectionList } from "./rejection-list.tsx";

export default function DeadLetters({ query }: ViewProps) {
  return (
    <Page title="Dead letters and rejected messages">
      <Tabs
        label="Which messages"
        chosen={query.get("tab")}
        tabs={[
          { id: "dead", label: "Dead letters", content: () => <DeadLetterList query={query} /> },
          { id: "rejected", label: "Rejected", content: () => <RejectionList /> },
        ]}
      />
    </Page>
  );
}
