// The page and its parts over HTTP.
import { expect, test } from "vitest";
import { serve } from "./page/serving.js";

interface Got {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
}

async function get(path: string, sent: Record<string, string> = {}): Promise<Got> {
  const { url } = await serve([], { token: "a-token" });
  const response = await fetch(new URL(path, url), { headers: sent });
  return { status: response.status, headers: response.headers, text: await response.text() };
}

test.each([
  ["/", "text/html; charset=utf-8", "<!doctype html>"],
  ["/page/style.css", "text/css; charset=utf-8", ":root"],
  ["/page/app.js", "text/javascript; charset=utf-8", ""],
  ["/page/icon.svg", "image/svg+xml; charset=utf-8", "<svg"],
  ["/favicon.ico", "image/svg+xml; charset=utf-8", "<svg"],
])("%s is there without a token, with a policy that lets nothing in from elsewhere", async (path, type, start) => {
  const { status, headers, text } = await get(path);
  expect([status, headers.get("content-type")]).toEqual([200, type]);
  expect(text.startsWith(start)).toBe(true);
  expect(headers.get("x-content-type-options")).toBe("nosniff");
  expect(headers.get("referrer-policy")).toBe("no-referrer");
  expect(headers.get("cache-control")).toBe("no-cache");
  const policy = headers.get("content-security-policy") ?? "";
  expect(policy.split("; ")).toEqual(
    expect.arrayContaining([
      "default-src 'none'",
      "script-src 'self'",
      "style-src 'self'",
      "connect-src 'self'",
      "frame-ancestors 'none'",
    ]),
  );
  expect(policy).not.toMatch(/unsafe|https?:|\*|data:/);
});

test("what a browser has already is not sent again", async () => {
  const tag = (await get("/page/app.js")).headers.get("etag") ?? "";
  const again = async (named: string): Promise<number> =>
    (await get("/page/app.js", { "if-none-match": named })).status;
  expect(await again(tag)).toBe(304);
  expect(await again(`"other", W/${tag}`)).toBe(304);
  expect(await again("*")).toBe(304);
  expect(await again('"other"')).toBe(200);
  expect((await get("/", { "if-none-match": tag })).status).toBe(200);
});

test("what the page and the document link to is there", async () => {
  const { url } = await serve([]);
  for (const path of ["/", "/docs"]) {
    const text = await (await fetch(new URL(path, url))).text();
    const links = Array.from(text.matchAll(/<(?:link|script)[^>]* (?:href|src)="([^"]+)"/g), ([, link = ""]) => link);
    expect(links).toContain("page/icon.svg");
    for (const link of links) expect((await fetch(new URL(link, new URL(path, url)))).status).toBe(200);
  }
});

test("the page holds no script, style or address of its own", async () => {
  const { text } = await get("/");
  expect(text).not.toMatch(/<script(?![^>]*src=)|<style|style=|\son\w+=|https?:|\/\/[a-z]/i);
});
