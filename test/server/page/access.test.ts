// The page for everybody: keyboard, screen reader, telephone, light and dark; a token; and text that would do harm.
import { createRequire } from "node:module";
import { readFileSync } from "node:fs";
import type { Page } from "playwright-core";
import type { AxeResults } from "axe-core";
import { expect, test } from "vitest";
import { csvRow } from "../../cli/context.js";
import { describeWith } from "../../process/harness.js";
import { rowOf, setUpBrowser, usersOf } from "./browsing.js";
import { serve } from "./serving.js";

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const ROWS = [
  csvRow({ id: "a1", user: "telegram_1", active: "2025-09-30T10:30:00", pending: '{"type": "tool"}' }),
  csvRow({ id: "b2", user: "discord_2", platform: "discord", active: "2025-09-30T10:20:00" }),
  csvRow({ id: "c3", user: "telegram_3", active: "2025-09-30T09:00:00" }),
];

/** The rules of WCAG and good practice that the page breaks, with the elements that do. */
async function violationsOf(page: Page): Promise<string[]> {
  await page.evaluate(AXE);
  const { violations } = await page.evaluate<AxeResults>("axe.run()");
  return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(" ")}`);
}

function focused(page: Page): Promise<string> {
  return page.evaluate<string>("document.activeElement.id || document.activeElement.textContent");
}

describeWith(["chromium"], "the page", () => {
  const browser = setUpBrowser();

  test("is used with the keyboard alone", async () => {
    const served = await serve(ROWS);
    const { page, problems } = await browser.open(served);
    await rowOf(page, "telegram_1").waitFor();
    const { keyboard } = page;
    await keyboard.press("/");
    expect(await focused(page)).toBe("filter");
    await keyboard.type("telegram/");
    expect(await usersOf(page)).toEqual([]);
    await keyboard.press("Backspace");
    expect(await usersOf(page)).toEqual(["telegram_1", "telegram_3"]);
    // Platform, state, approvals, four columns' buttons and two more, then the first row.
    for (let steps = 0; steps < 20 && (await focused(page)) !== "telegram_1"; steps += 1) await keyboard.press("Tab");
    expect(await focused(page)).toBe("telegram_1");
    const outline = await page.evaluate("getComputedStyle(document.activeElement).outlineStyle");
    expect(outline).toBe("solid");
    await keyboard.press("ArrowDown");
    expect(await focused(page)).toBe("telegram_3");
    await keyboard.press("ArrowUp");
    await keyboard.press("Enter");
    await page.getByRole("dialog", { name: "telegram_1 on telegram" }).waitFor();
    await page.locator("#session-fields dd").first().waitFor();
    await keyboard.press("/");
    expect(await focused(page)).toBe("session-heading");
    for (let steps = 0; steps < 9 && (await focused(page)) !== "clear-approval"; steps += 1)
      await keyboard.press("Tab");
    await keyboard.press("Enter");
    expect(await focused(page)).toBe("confirm-no");
    await keyboard.press("Tab");
    await keyboard.press("Enter");
    await page.locator("#session-fields", { hasText: /Pending approval\s*none/ }).waitFor();
    expect(await focused(page)).toBe("session-heading");
    await keyboard.press("Escape");
    expect(await focused(page)).toBe("telegram_1");
    expect(served.text()).not.toContain('""type""');
    expect(problems).toEqual([]);
  });

  for (const colorScheme of ["light", "dark"] as const) {
    test(`breaks no rule of accessibility, ${colorScheme}`, async () => {
      const served = await serve([...ROWS, "d4,telegram_4,telegram,t,2025-09-30T10:00:00,2025-09-30T10:00:00"]);
      const { page } = await browser.open(served, { colorScheme });
      await rowOf(page, "telegram_1").waitFor();
      await page.locator("#notices .notice").waitFor();
      const ground = await page.evaluate("getComputedStyle(document.documentElement).backgroundColor");
      expect(ground).toBe(colorScheme === "light" ? "rgb(255, 255, 255)" : "rgb(21, 24, 27)");
      expect(await violationsOf(page)).toEqual([]);
      await rowOf(page, "telegram_1").click();
      await page.locator("#session-fields dd").first().waitFor();
      expect(await violationsOf(page)).toEqual([]);
      await page.getByRole("button", { name: "Delete…" }).click();
      expect(await violationsOf(page)).toEqual([]);
    });
  }

  test("fits a telephone, without scrolling sideways", async () => {
    const long = csvRow({
      id: "d4",
      user: `telegram_${"9".repeat(100)}`,
      platform: "p".repeat(50),
      active: "2025-09-30T10:44:00",
    });
    const { page } = await browser.open(await serve([...ROWS, long]), {
      viewport: { width: 320, height: 640 },
      hasTouch: true,
    });
    await rowOf(page, "telegram_1").waitFor();
    const overflow = (): Promise<number> => page.evaluate<number>("document.documentElement.scrollWidth - innerWidth");
    expect(await overflow()).toBeLessThanOrEqual(0);
    await rowOf(page, "telegram_999").tap();
    await page.locator("#session-fields dd").first().waitFor();
    expect(await overflow()).toBeLessThanOrEqual(0);
    const dialog = await page.locator("#session").evaluate(({ scrollWidth, clientWidth }) => scrollWidth - clientWidth);
    expect(dialog).toBeLessThanOrEqual(0);
    expect(await page.getByRole("button", { name: "Delete…" }).isVisible()).toBe(true);
  });

  test("moves nothing where that is not wanted", async () => {
    const served = await serve(ROWS);
    const durations: unknown[] = [];
    for (const reducedMotion of ["reduce", "no-preference"] as const) {
      const { page } = await browser.open(served, { reducedMotion });
      await rowOf(page, "telegram_1").waitFor();
      durations.push(
        await page.evaluate('getComputedStyle(document.querySelector("#sessions tbody tr")).transitionDuration'),
      );
    }
    expect(durations).toEqual(["0s", "0.12s"]);
  });

  test("says what to do without JavaScript", async () => {
    const { page } = await browser.open(await serve(ROWS), { javaScriptEnabled: false });
    expect(await page.locator("noscript").innerText()).toContain("This page needs JavaScript");
  });

  test("asks for the token, again where it is wrong, and keeps it in the tab only", async () => {
    const served = await serve(ROWS, { token: "a-good-token" });
    const { page, problems } = await browser.open(served);
    const dialog = page.getByRole("dialog", { name: "This server asks for its token" });
    await dialog.waitFor();
    expect(await dialog.locator("[role=alert]").isVisible()).toBe(false);
    await page.keyboard.type("a-bad-token");
    await page.keyboard.press("Enter");
    await dialog.getByText("The server refused this token").waitFor();
    expect(await usersOf(page)).toEqual([]);
    await page.keyboard.type("a-good-token");
    await page.keyboard.press("Enter");
    await rowOf(page, "telegram_1").waitFor();
    await page.locator("#connection[data-state=live]").waitFor();
    const kept = await page.evaluate("[sessionStorage.length, localStorage.length, document.cookie]");
    expect(kept).toEqual([1, 0, ""]);
    await page.reload();
    await rowOf(page, "telegram_1").waitFor();
    await page.getByRole("button", { name: "Forget the token" }).click();
    await dialog.waitFor();
    expect(await page.evaluate("sessionStorage.length")).toBe(0);
    expect(problems).toEqual([]);
  });

  test("without a token says what it was told, until it is tried again", async () => {
    const { page } = await browser.open(await serve(ROWS, { token: "a-good-token" }));
    const dialog = page.getByRole("dialog", { name: "This server asks for its token" });
    await dialog.getByRole("button", { name: "Cancel" }).click();
    await page.locator("#notices", { hasText: "The bearer token is missing" }).waitFor();
    expect(await page.locator("#connection-text").innerText()).toBe("not connected");
    await page.getByRole("button", { name: "Try now" }).click();
    await dialog.waitFor();
    await page.keyboard.type("a-good-token");
    await page.keyboard.press("Enter");
    await rowOf(page, "telegram_1").waitFor();
    expect(await page.locator("#notices").innerText()).toBe("");
  });

  test("shows text that would do harm, and it does none", async () => {
    const harm = '<img src=x onerror="harmed=1"><script>harmed=1</script>';
    const marks = "\u202egnp.exe\u2066\u001b[31m\u200b";
    const metadata = JSON.stringify({ [harm]: harm + marks, long: "x".repeat(1_000_000) }).replace(
      /\}$/,
      ', "big": 123456789012345678901234567890}',
    );
    const approval = JSON.stringify({ type: harm, description: `https://harm.example/${marks}` });
    const fields = { user: harm + marks, platform: harm, pending: approval, metadata, active: "2025-09-30T10:44:00" };
    const served = await serve([csvRow({ id: `../${harm}`, ...fields }), csvRow({ id: "p", metadata: '{"n": NaN}' })]);
    const { page, problems } = await browser.open(served);
    const row = rowOf(page, "<img src=x");
    await row.waitFor();
    expect(await row.innerText()).toContain(`${harm}\\u202egnp.exe\\u2066\\x1b[31m\\u200b`);
    await row.click();
    const shown = page.locator("#session");
    await shown.locator("pre").last().waitFor();
    const text = await shown.innerText();
    expect(text).toContain('"description": "https://harm.example/\\u202egnp.exe\\u2066\\u001b[31m\\u200b"');
    expect(text).toMatch(/… and \d{3},\d{3} more characters; `sessions show <session id>` prints all/);
    expect(text.length).toBeLessThan(30_000);
    await page.getByRole("button", { name: "Delete…" }).click();
    expect(await page.getByRole("alertdialog").innerText()).toContain(harm);
    await page.getByRole("button", { name: "Delete", exact: true }).click();
    await row.waitFor({ state: "detached" });
    expect(await page.evaluate("window.harmed")).toBeUndefined();
    expect(await page.locator("img, main script, a[href^=http]").count()).toBe(0);
    expect(problems).toEqual([]);
  });

  test("lets in nothing from elsewhere, even where markup should get into it", async () => {
    const { page, problems } = await browser.open(await serve(ROWS));
    await page.evaluate(`
      document.body.append(
        Object.assign(document.createElement("img"), { src: "https://harm.example/image" }),
        Object.assign(document.createElement("iframe"), { src: "https://harm.example/frame" }),
      );
      fetch("https://harm.example/fetch").catch(() => undefined);
    `);
    const refusals = ["Loading the image", "Framing", "Connecting to"].map((what) => `${what} 'https://harm.example/`);
    const isRefused = (what: string): boolean => problems.some((problem) => problem.includes(what));
    await expect.poll(() => refusals.filter((what) => !isRefused(what))).toEqual([]);
    await expect(page.evaluate("document.body.innerHTML = '<b>'")).rejects.toThrow("TrustedHTML");
    await expect(page.evaluate("document.createElement('script').src = '/page/app.js'")).rejects.toThrow(
      "TrustedScriptURL",
    );
  });
});
