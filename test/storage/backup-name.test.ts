import { expect, test } from "vitest";
import { backupName, parseBackupName } from "../../src/storage/backup-name.js";

const NOW = new Date("2025-09-30T10:45:00.999Z");

test.each([
  ["/srv/sessions.csv", false, false, "sessions-20250930T104500Z.csv"],
  ["/srv/sessions.CSV", true, false, "sessions-20250930T104500Z.csv.gz"],
  ["/srv/sessions", false, true, "sessions-20250930T104500Z.csv.age"],
  ["/srv/a.b-20250930T104500Z.csv", true, true, "a.b-20250930T104500Z-20250930T104500Z.csv.gz.age"],
])("%s, compressed %s, encrypted %s", (file, isCompressed, isEncrypted, name) => {
  const { stem, extension } = backupName(file, NOW, { isCompressed, isEncrypted });
  expect(stem + extension).toBe(name);
});

test.each([
  ["sessions-20250930T104500Z.csv", "sessions", 1],
  ["sessions-20250930T104500Z-2.csv.gz", "sessions", 2],
  ["sessions-20250930T104500Z.csv.gz.age", "sessions", 1],
  ["a-20250930T104500Z-20250930T104500Z.csv", "a-20250930T104500Z", 1],
  ["..-20250930T104500Z.csv", "..", 1],
])("%s is read back", (name, stem, counter) => {
  expect(parseBackupName(name)).toEqual({ stem, counter, time: new Date("2025-09-30T10:45:00Z") });
});

test.each([
  "sessions.csv",
  "-20250930T104500Z.csv",
  "sessions-20250931T104500Z.csv",
  "sessions-20250930T104560Z.csv",
  "sessions-20250930T104500Z.csv.manifest.json",
  "sessions-20250930T104500Z-02.csv",
  "sessions-20250930T104500Z.csv.age.gz",
  ".sessions-20250930T104500Z.csv.0123456789abcdef.sessions-part",
])("%s is no backup's name", (name) => {
  expect(parseBackupName(name)).toBeUndefined();
});
