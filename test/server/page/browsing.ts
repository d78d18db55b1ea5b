// A real Chromium that looks at a server.
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import path from "node:path";
import { chromium, type Browser, type BrowserContextOptions, type Locator, type Page } from "playwright-core";
import { afterAll, beforeAll, onTestFinished } from "vitest";
import type { Served } from "./serving.js";

export interface Browsing {
  /** Opens the page of a server; all that a browser finds wrong with it is in `problems`. */
  open(served: Served, options?: BrowserContextOptions): Promise<{ page: Page; problems: string[] }>;
}

/** One browser for the tests of a file, with a profile of its own for each page. */
export function setUpBrowser(): Browsing {
  const made: { browser?: Browser; home?: string } = {};
  beforeAll(async () => {
    made.home = mkdtempSync("/tmp/sessions-browser-");
    made.browser = await chromium.launch({
      executablePath: findInPath("chromium"),
      // The browser keeps files outside of its profile too. Root may not have its sandbox.
      env: { ...process.env, HOME: made.home },
      args: ["--no-sandbox"],
    });
  });
  afterAll(async () => {
    await made.browser?.close();
    if (made.home !== undefined) rmSync(made.home, { recursive: true, force: true });
  });
  return {
    async open({ url }, options = {}) {
      if (made.browser === undefined) throw new Error("There is no browser");
      const context = await made.browser.newContext({
        viewport: { width: 1200, height: 900 },
        timezoneId: "UTC",
        ...options,
      });
      onTestFinished(() => context.close());
      const page = await context.newPage();
      page.setDefaultTimeout(10_000);
      const problems = problemsOf(page, url);
      await page.goto(url);
      return { page, problems };
    },
  };
}

/** The browser has to be named by its whole path. */
function findInPath(name: string): string {
  const folders = (process.env["PATH"] ?? "").split(path.delimiter);
  return folders.map((folder) => path.join(folder, name)).find((file) => existsSync(file)) ?? name;
}

/** Errors of scripts, violations of the policy, requests to elsewhere. */
function problemsOf(page: Page, url: string): string[] {
  const problems: string[] = [];
  page.on("pageerror", ({ message }) => problems.push(`error: ${message}`));
  page.on("console", (message) => {
    // That an answer is an error, the page says itself.
    if (!message.text().startsWith("Failed to load resource")) problems.push(`${message.type()}: ${message.text()}`);
  });
  page.on("request", (request) => {
    if (!request.url().startsWith(url)) problems.push(`request: ${request.url()}`);
  });
  page.on("dialog", (dialog) => problems.push(`dialog: ${dialog.message()}`));
  return problems;
}

/** The users of the list, in its order. */
export function usersOf(page: Page): Promise<string[]> {
  return page.locator("#sessions tbody button").allTextContents();
}

export function rowOf(page: Page, user: string): Locator {
  return page.locator("#sessions tbody tr", { hasText: user });
}
