// One session on the page: what it shows of it, and what an operator does to it.
import { appendFileSync } from "node:fs";
import { expect, test } from "vitest";
import { csvRow } from "../../cli/context.js";
import { describeWith } from "../../process/harness.js";
import { rowOf, setUpBrowser, usersOf } from "./browsing.js";
import { serve } from "./serving.js";

const APPROVAL = '{"type": "tool", "tool_name": "insert_image", "args": {"n": 12345678901234567890}}';
const ROWS = [
  csvRow({
    id: "a1",
    user: "telegram_1",
    active: "2025-09-30T10:30:00.123456",
    pending: APPROVAL,
    metadata: '{"name": "\\u041f\\u0440\\u0438"}',
  }),
  csvRow({ id: "b2", user: "discord_2", platform: "discord", active: "2025-09-30T10:20:00" }),
  csvRow({ id: "c3", user: "telegram_3", active: "2025-09-30T09:00:00", pending: APPROVAL }),
];

describeWith(["chromium"], "a session", () => {
  const browser = setUpBrowser();

  test("shows all of its fields, with all digits", async () => {
    const { page, problems } = await browser.open(await serve(ROWS));
    await rowOf(page, "telegram_1").click();
    const dialog = page.getByRole("dialog", { name: "telegram_1 on telegram" });
    await dialog.getByText("insert_image").waitFor();
    expect((await dialog.locator("dt").allInnerTexts()).join()).toBe(
      "State,Created,Last activity,Pending approval,Metadata,Session,User,Platform,Thread",
    );
    const values = await dialog.locator("dd").allInnerTexts();
    expect([values[0], ...values.slice(5)]).toEqual(["active", "a1", "telegram_1", "telegram", "t-a1"]);
    expect(values[2]).toBe("2025-09-30 10:30:00 UTC\n2025-09-30T10:30:00.123456");
    expect(values[3]).toContain('\n  "args": {\n    "n": 12345678901234567890\n  }\n}');
    expect(values[4]).toBe('{\n  "name": "При"\n}');
    expect(problems).toEqual([]);
  });

  test("has its approval cleared, after the operator was asked", async () => {
    const served = await serve(ROWS);
    const { page, problems } = await browser.open(served);
    await rowOf(page, "telegram_1").click();
    await page.getByRole("button", { name: "Clear approval…" }).click();
    const question = page.getByRole("alertdialog", { name: "Clear the pending approval?" });
    expect(await question.innerText()).toContain("telegram_1 on telegram");
    await question.getByRole("button", { name: "Clear approval" }).click();
    await page.locator("#session-fields", { hasText: /Pending approval\s*none/ }).waitFor();
    expect(await page.getByRole("button", { name: "Clear approval…" }).isDisabled()).toBe(true);
    expect(served.text()).toMatch(/^a1,[^{]*,,"\{/m);
    await page.getByRole("button", { name: "Close" }).click();
    expect(await rowOf(page, "telegram_1").innerText()).toContain("none");
    expect(problems).toEqual([]);
  });

  test("is not deleted where the operator cancels, whichever way", async () => {
    const served = await serve(ROWS);
    const before = served.text();
    const { page } = await browser.open(served);
    await rowOf(page, "discord_2").click();
    const question = page.getByRole("alertdialog", { name: "Delete the session?" });
    for (const cancel of [
      () => question.getByRole("button", { name: "Cancel" }).click(),
      () => page.keyboard.press("Escape"),
      // Whoever presses Enter without reading has deleted nothing: Cancel has the focus.
      () => page.keyboard.press("Enter"),
    ]) {
      await page.getByRole("button", { name: "Delete…" }).click();
      await question.waitFor();
      await cancel();
      await question.waitFor({ state: "hidden" });
    }
    expect(await page.evaluate("document.activeElement.id")).toBe("delete-session");
    expect(served.text()).toBe(before);
  });

  test("is deleted where the operator confirms, and the focus goes on to the next row", async () => {
    const served = await serve(ROWS);
    const { page, problems } = await browser.open(served);
    await rowOf(page, "discord_2").click();
    await page.getByRole("button", { name: "Delete…" }).click();
    const question = page.getByRole("alertdialog", { name: "Delete the session?" });
    expect(await question.innerText()).toContain("discord_2 on discord");
    await question.getByRole("button", { name: "Delete", exact: true }).click();
    await rowOf(page, "discord_2").waitFor({ state: "detached" });
    expect(await page.locator("dialog[open]").count()).toBe(0);
    expect(await page.evaluate("document.activeElement.textContent")).toBe("telegram_3");
    expect(await page.locator("[role=status]").first().textContent()).toBe("Session deleted");
    expect(served.text()).not.toContain("discord_2");
    expect(served.text()).toContain("telegram_1");
    expect(problems).toEqual([]);
  });

  test("stays where the server refuses, and the question says why", async () => {
    const served = await serve(ROWS);
    const { page } = await browser.open(served);
    await rowOf(page, "discord_2").click();
    await page.getByRole("button", { name: "Delete…" }).click();
    // It is in doubt where records end: nothing is written to such a file.
    appendFileSync(served.folder.file("sessions.csv"), 'd4,"unclosed');
    const question = page.getByRole("alertdialog");
    await question.getByRole("button", { name: "Delete", exact: true }).click();
    await question.getByText("Not done: The sessions file is damaged").waitFor();
    expect(served.text()).toContain("discord_2");
    await question.getByRole("button", { name: "Cancel" }).click();
    await page.keyboard.press("Escape");
    expect(await usersOf(page)).toContain("discord_2");
  });

  test("that is expired can be deleted only, and says so", async () => {
    const { page } = await browser.open(await serve(ROWS));
    await rowOf(page, "telegram_3").click();
    await page.getByText("The approval of an expired session cannot be cleared").waitFor();
    expect(await page.getByRole("button", { name: "Clear approval…" }).isDisabled()).toBe(true);
    expect(await page.getByRole("button", { name: "Delete…" }).isEnabled()).toBe(true);
  });

  test("that changes or goes while it is shown says so", async () => {
    const served = await serve(ROWS);
    const { page } = await browser.open(served);
    await rowOf(page, "discord_2").click();
    await page.locator("#session-fields", { hasText: "none" }).waitFor();
    await served.manager.setPendingApproval("b2", { tool_name: "apply_edit" });
    await page.locator("#session-fields", { hasText: "apply_edit" }).waitFor();
    await served.manager.deleteSession("b2");
    await page.getByText("This session was deleted meanwhile").waitFor();
    expect(await page.getByRole("button", { name: "Delete…" }).isDisabled()).toBe(true);
  });
});
