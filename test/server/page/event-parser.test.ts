// The page reads text/event-stream itself, because a browser's EventSource sends no token.
import fc from "fast-check";
import { expect, test } from "vitest";
import { EventParser } from "../../../src/server/page/event-parser.js";

const STREAM = [
  "retry: 2000\n: sessions\n\n",
  'id: 1\nevent: created\ndata: {"a": 1}\n\n',
  ": still here\n\n",
  "id: 2\r\nevent: changed\r\ndata: one\r\ndata:two\r\n\r\n",
  "data\n\nevent: nothing\n\n",
  "data:  x: y\n\n",
  "event: cut\ndata: off",
].join("");

const EVENTS = [
  { type: "created", data: '{"a": 1}' },
  { type: "changed", data: "one\ntwo" },
  { type: "message", data: "" },
  { type: "message", data: " x: y" },
];

test("events are read, comments and what was cut off are not", () => {
  expect(new EventParser().feed(STREAM)).toEqual(EVENTS);
});

test("events are the same in whatever pieces they come", () => {
  fc.assert(
    fc.property(fc.array(fc.nat(STREAM.length), { maxLength: 20 }), (cuts) => {
      const parser = new EventParser();
      const places = [0, ...cuts.sort((left, right) => left - right), STREAM.length];
      const pieces = places.slice(1).map((end, index) => STREAM.slice(places[index], end));
      expect(pieces.flatMap((piece) => parser.feed(piece))).toEqual(EVENTS);
    }),
  );
});
