/** How executions of loops can end, to narrow a list by. */
export const OUTCOME_CHOICES = [
  { value: "", text: "all" },
  { value: "SUCCEEDED", text: "succeeded" },
  { value: "FAILED", text: "failed" },
  { value: "TIMED_OUT", text: "timed out" },
  { value: "CANCELLED", text: "cancelled" },
  { value: "LOST", text: "lost" },
] as const;
