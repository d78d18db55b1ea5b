// Whose write the commands warn of while a server of ours writes all the time.
import fs from "node:fs";
import path from "node:path";
import { execa } from "execa";
import { expect, test } from "vitest";
import { SessionManager } from "../../src/manager/session-manager.js";
import { COLUMN_NAMES } from "../../src/session/columns.js";
import { BINARY } from "../bin/binary.js";
import { temporaryFolder } from "../storage/folder.js";

const WARNING = "not under our lock";

test("a server that commits without end is no foreign writer, and another program beside it is", async () => {
  const file = path.join(temporaryFolder(), "s.csv");
  fs.writeFileSync(file, `${COLUMN_NAMES.join(",")}\r\n`);
  await using manager = await SessionManager.open({ store: file, cleanupIntervalMinutes: 0 });
  const made = await Promise.all(
    Array.from({ length: 12 }, async (_, index) =>
      manager.getOrCreateSession({ userId: `u${index}`, platform: "api" }),
    ),
  );
  let isOver = false;
  const kept = made[0]?.sessionId ?? "";
  const writing = (async () => {
    for (let count = 0; !isOver; count += 1) await manager.updateSessionMetadata(kept, { count });
  })();
  const said: string[] = [];
  for (const { sessionId } of made.slice(1)) {
    const { stderr } = await execa(BINARY, ["-s", file, "delete", sessionId, "--yes"]);
    said.push(stderr);
  }
  isOver = true;
  await writing;
  expect(said.filter((text) => text.includes(WARNING))).toEqual([]);
  fs.appendFileSync(file, "x1,u,api,t,2025-09-30T10:30:00,2025-09-30T10:30:00,,{}\r\n");
  const { stderr } = await execa(BINARY, ["-s", file, "delete", "x1", "--yes"]);
  expect(stderr).toContain(WARNING);
});
