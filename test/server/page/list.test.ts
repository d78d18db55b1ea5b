// The list of the page in a browser: what it shows, finds, sorts, and how it follows the file.
import { rmSync } from "node:fs";
import { expect, test } from "vitest";
import { csvRow } from "../../cli/context.js";
import { describeWith } from "../../process/harness.js";
import { rowOf, setUpBrowser, usersOf } from "./browsing.js";
import { serve } from "./serving.js";

const APPROVAL = '{"type": "tool", "tool_name": "insert_image"}';

/** It is 10:45 in the tests, so that these are 5, 15 and 105 minutes old. */
const ROWS = [
  csvRow({ id: "a1b2c3d4-aaaa-4aaa-8aaa-aaaaaaaaaaaa", user: "telegram_1", active: "2025-09-30T10:30:00.000001" }),
  csvRow({ id: "b2", user: "discord_2", platform: "discord", active: "2025-09-30T10:40:00", pending: APPROVAL }),
  csvRow({ id: "c3", user: "telegram_3", active: "2025-09-30T09:00:00", created: "2025-09-29T09:00:00" }),
];

describeWith(["chromium"], "the list", () => {
  const browser = setUpBrowser();

  test("is there with the totals, the file and a live connection", async () => {
    const served = await serve(ROWS);
    const { page, problems } = await browser.open(served);
    await page.locator("#connection", { hasText: "live" }).waitFor();
    await rowOf(page, "telegram_1").waitFor();

    expect((await page.locator("#counts").innerText()).split(/\s*\n\s*/)).toEqual([
      "Sessions",
      "3",
      "Active",
      "2",
      "Expired",
      "1",
      "Pending approvals",
      "1",
    ]);
    const platforms = await page.locator("#platforms tbody tr").allInnerTexts();
    expect(platforms.map((line) => line.trimEnd())).toEqual(["telegram\t2\t1\t1\t0", "discord\t1\t1\t0\t1"]);
    expect(await page.locator("#facts").innerText()).toContain(
      `${served.folder.file("sessions.csv")}, ${served.text().length} B`,
    );
    expect(await page.title()).toBe("1 pending · sessions");
    expect(await page.locator("#range").innerText()).toBe("1–3 of 3");
    expect(await page.locator("#sessions tbody tr").allInnerTexts()).toEqual([
      "discord_2\tdiscord\tb2\t2h ago\t5m ago\tpending",
      "telegram_1\ttelegram\ta1b2c3d4…\t2h ago\t15m ago\tnone",
      "telegram_3\ttelegram\tc3\t1d ago\t1h ago expired\tnone",
    ]);
    const activity = rowOf(page, "telegram_1").locator("time").last();
    expect(await activity.getAttribute("title")).toBe("2025-09-30 10:30:00 UTC");
    expect(await activity.getAttribute("datetime")).toBe("2025-09-30T10:30:00.000Z");
    expect(problems).toEqual([]);
  });

  test("finds by text, platform, state and approval, and says how many to who cannot see them", async () => {
    const { page, problems } = await browser.open(await serve(ROWS));
    await rowOf(page, "telegram_1").waitFor();
    await page.getByLabel("Filter").fill("TELE _3");
    expect(await usersOf(page)).toEqual(["telegram_3"]);
    expect(await page.locator("#range").innerText()).toBe("1–1 of 1 found, 3 in all");
    await page.locator("[role=status]", { hasText: "1 session found" }).waitFor({ state: "attached" });

    await page.getByLabel("Filter").press("Escape");
    expect(await usersOf(page)).toHaveLength(3);
    await page.getByLabel("Platform").selectOption("discord");
    expect(await usersOf(page)).toEqual(["discord_2"]);
    await page.getByLabel("State").selectOption("expired");
    expect(await usersOf(page)).toEqual([]);
    expect(await page.locator("#empty").innerText()).toContain("No session is found");
    await page.getByLabel("Platform").selectOption({ index: 0 });
    expect(await usersOf(page)).toEqual(["telegram_3"]);
    await page.getByLabel("State").selectOption("all");
    await page.getByLabel("Pending approvals only").check();
    expect(await usersOf(page)).toEqual(["discord_2"]);
    expect(problems).toEqual([]);
  });

  test("is sorted by the buttons of its header, which say how", async () => {
    const { page } = await browser.open(await serve(ROWS));
    await rowOf(page, "telegram_1").waitFor();
    const sorted = page.locator("#sessions [aria-sort]");
    expect(await sorted.getAttribute("aria-sort")).toBe("descending");
    await page.getByRole("button", { name: "User" }).click();
    expect(await usersOf(page)).toEqual(["discord_2", "telegram_1", "telegram_3"]);
    expect([await sorted.innerText(), await sorted.getAttribute("aria-sort")]).toEqual(["User", "ascending"]);
    await page.getByRole("button", { name: "User" }).click();
    expect(await usersOf(page)).toEqual(["telegram_3", "telegram_1", "discord_2"]);
    await page.getByRole("button", { name: "Created" }).click();
    expect((await usersOf(page)).at(-1)).toBe("telegram_3");
    expect(await sorted.count()).toBe(1);
  });

  test("follows what the server, the command line and an editor do to the file", async () => {
    const served = await serve(ROWS);
    const { page, problems } = await browser.open(served);
    await rowOf(page, "telegram_1").waitFor();
    await served.manager.getOrCreateSession({ userId: "slack_9", platform: "slack" });
    await rowOf(page, "slack_9").waitFor();
    expect((await usersOf(page))[0]).toBe("slack_9");

    expect((await served.folder.run(["delete", "c3", "--yes"])).exitCode).toBe(0);
    await rowOf(page, "telegram_3").waitFor({ state: "detached" });
    await page.locator("#counts", { hasText: /Sessions\s*3/ }).waitFor();

    served.folder.write("sessions.csv", served.text().replace(/,"?\{""type[^\n]*\}"?,/, ",,"));
    await rowOf(page, "discord_2").getByText("none").waitFor();
    expect(problems).toEqual([]);
  });

  test("does not move while somebody is at it, and offers what is new", async () => {
    const served = await serve(ROWS);
    const { page } = await browser.open(served);
    await rowOf(page, "telegram_1").getByRole("button").focus();
    await served.manager.setPendingApproval("a1b2c3d4-aaaa-4aaa-8aaa-aaaaaaaaaaaa", { type: "x" });
    await served.manager.getOrCreateSession({ userId: "slack_9", platform: "slack" });
    await served.manager.deleteSession("c3");
    const renew = page.getByRole("button", { name: "Update the list: 1 new, 1 gone" });
    await renew.waitFor();
    expect(await usersOf(page)).toEqual(["discord_2", "telegram_1", "telegram_3"]);
    // What a row says is as it is now.
    expect(await rowOf(page, "telegram_1").innerText()).toContain("pending");
    expect(await rowOf(page, "telegram_3").innerText()).toContain("deleted");
    await renew.click();
    expect(await usersOf(page)).toEqual(["slack_9", "telegram_1", "discord_2"]);
    expect(await renew.isVisible()).toBe(false);
  });

  test("moves again when nobody is at it any more", async () => {
    const served = await serve(ROWS);
    const { page } = await browser.open(served);
    await rowOf(page, "telegram_1").getByRole("button").focus();
    await served.manager.getOrCreateSession({ userId: "slack_9", platform: "slack" });
    await page.getByRole("button", { name: "Update the list: 1 new" }).waitFor();
    await page.getByLabel("Filter").focus();
    await rowOf(page, "slack_9").waitFor();
  });

  test("comes back by itself after the server was stopped, with what happened meanwhile", async () => {
    const served = await serve(ROWS);
    const { page } = await browser.open(served);
    await rowOf(page, "telegram_1").waitFor();
    const connection = page.locator("#connection-text");
    await page.locator("#connection[data-state=live]").waitFor();
    const health = page.getByText("the file can be read and written");
    expect(await health.isVisible()).toBe(true);
    await served.stop();
    await page.locator("#connection[data-state=reconnecting]").waitFor();
    expect(await connection.innerText()).toMatch(/^reconnecting in \d+ s$/);
    await page.locator("#connection[data-state=stopped]").waitFor();
    expect(await connection.innerText()).toMatch(/^server stopped, trying again in \d+ s$/);
    expect(await health.isVisible()).toBe(false);
    expect(await usersOf(page)).toHaveLength(3);
    await served.manager.deleteSession("b2");
    await served.start();
    await page.getByRole("button", { name: "Try now" }).click();
    await page.locator("#connection[data-state=live]").waitFor();
    await rowOf(page, "discord_2").waitFor({ state: "detached" });
  });

  test("is read now and then where the server has too many listeners already", async () => {
    const served = await serve(ROWS);
    await Promise.all(Array.from({ length: 100 }, () => fetch(new URL("api/events", served.url))));
    const { page } = await browser.open(served);
    await page.locator("#connection[data-state=reconnecting]").waitFor();
    await rowOf(page, "telegram_1").waitFor();
    await served.manager.deleteSession("b2");
    await rowOf(page, "discord_2").waitFor({ state: "detached" });
  });

  test("of an empty file says so, until there is something", async () => {
    const served = await serve([]);
    const { page, problems } = await browser.open(served);
    await page.getByText("There is no session in the file yet").waitFor();
    expect(await page.locator("#sessions").isVisible()).toBe(false);
    await served.manager.getOrCreateSession({ userId: "slack_9", platform: "slack" });
    await rowOf(page, "slack_9").waitFor();
    expect(await page.locator("#empty").isVisible()).toBe(false);
    expect(problems).toEqual([]);
  });

  test("names damaged records, and what to type", async () => {
    const times = "2025-09-30T10:00:00,2025-09-30T10:00:00";
    const served = await serve([...ROWS, `d4,telegram_4,telegram,t,${times}`, `d5,telegram_5,telegram,t,${times},,{`]);
    const { page } = await browser.open(served);
    const notice = page.locator("#notices .notice");
    await notice.waitFor();
    expect(await notice.innerText()).toMatch(
      /^2 records of the file are damaged and not shown\. They stay in the file as they are\./,
    );
    expect(await notice.innerText()).toContain(`sessions validate ${served.folder.file("sessions.csv")}`);
    expect(await notice.innerText()).toContain("line 5:");
    expect(await notice.innerText()).toContain("line 6:");
  });

  test("that cannot be loaded says why, and what is to be done", async () => {
    const served = await serve(ROWS);
    const { page } = await browser.open(served);
    await rowOf(page, "telegram_1").waitFor();
    rmSync(served.folder.file("sessions.csv"));
    await page.reload();
    await page.locator("#notices", { hasText: "The sessions file is gone" }).waitFor();
  });

  test("of ten thousand sessions stays quick", async () => {
    const rows = Array.from({ length: 10_000 }, (_, index) => {
      const minute = String(index % 45).padStart(2, "0");
      return csvRow({ id: `id-${index}`, user: `telegram_${index}`, active: `2025-09-30T10:${minute}:00` });
    });
    const served = await serve(rows);
    const { page, problems } = await browser.open(served);
    await page.getByText("1–100 of 10,000").waitFor();
    expect(await page.locator("#sessions tbody tr").count()).toBe(100);
    const linesOfNumbers =
      await page.evaluate(`Array.from(document.querySelectorAll("#platforms td.number"), (cell) => {
      const range = document.createRange();
      range.selectNodeContents(cell);
      return range.getClientRects().length;
    })`);
    expect(linesOfNumbers).toEqual([1, 1, 1, 1]);
    // From the key to the new rows, in the page itself.
    const milliseconds = await page.evaluate(`{
      const filter = document.querySelector("#filter");
      filter.value = "_99";
      const started = performance.now();
      filter.dispatchEvent(new InputEvent("input", { bubbles: true }));
      document.body.getBoundingClientRect();
      performance.now() - started;
    }`);
    expect(milliseconds).toBeLessThan(500);
    expect(await page.locator("#range").innerText()).toBe("1–100 of 111 found, 10,000 in all");
    await page.getByRole("button", { name: "Next" }).click();
    expect(await page.locator("#range").innerText()).toBe("101–111 of 111 found, 10,000 in all");
    expect(await page.locator("#page-number").innerText()).toBe("Page 2 of 2");
    expect(await page.getByRole("button", { name: "Next" }).isDisabled()).toBe(true);

    // A hundred changes that come at once are shown at once.
    await page.getByLabel("Filter").fill("");
    await Promise.all(
      Array.from({ length: 100 }, (_, index) => served.manager.setPendingApproval(`id-${index}`, { type: "x" })),
    );
    await page.getByLabel("Pending approvals only").check();
    await page.getByText("1–100 of 100 found, 10,000 in all").waitFor();
    expect(problems).toEqual([]);
  });
});
