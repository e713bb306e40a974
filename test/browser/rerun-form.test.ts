/** What the tasks of a payload take, as a form made of their schemas. */
import { expect, inject, test } from "vitest";
import { openPage, seriousFindings } from "./open-page.ts";

/** A payload of a built-in workflow that the examples run. */
async function previewed(): Promise<string> {
  const response = await fetch(`${inject("address")}/v1/payloads?workflow=mirror-with-preview&state=SUCCEEDED`);
  // As the shapes of the API say; its own tests hold it to them.
  const { rows } = (await response.json()) as { readonly rows: readonly { readonly id: string }[] };
  const [first] = rows;
  if (first === undefined) throw new Error("No payload of mirror-with-preview has succeeded.");
  return first.id;
}

/** Runs in the page: something else of the form changes, and it is drawn again, while a field has the focus. */
const DRAW_AGAIN = `const why = document.querySelector("[role=dialog] input[maxlength='500'], dialog input[maxlength='500']");
  why.value = "something else";
  why.dispatchEvent(new Event("input", { bubbles: true }));`;

test.each(["light", "dark"] as const)(
  "what is entered in the form goes into the payload that is sent (%s)",
  async (theme) => {
    const { page, troubles } = await openPage(`/payload?id=${encodeURIComponent(await previewed())}`, { theme });
    await page.getByRole("button", { name: "Rerun with other parameters" }).click();
    const form = page.getByRole("dialog");
    const preview = form.getByRole("group", { name: "add-preview" });
    await preview.getByLabel("size").fill("300");
    await preview.getByLabel("assets").fill("red, visual");
    await page.evaluate(DRAW_AGAIN);
    await expect.poll(() => form.getByLabel("Why?").inputValue()).toBe("something else");
    await preview.getByLabel("assets").blur();
    expect(await seriousFindings(page)).toEqual([]);

    await form.getByText("Whole payload").click();
    const parametersSent = async () => {
      const [definition] = JSON.parse(await form.locator("textarea").first().inputValue()).process;
      return definition.tasks["add-preview"];
    };
    await expect.poll(parametersSent).toMatchObject({ assets: ["red", "visual"], size: 300 });
    expect(troubles).toEqual([]);
  },
);
