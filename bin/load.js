"use strict";
// Loads the built command line with V8's code cache, which saves compiling it at every start. A cache that was made by
// another Node is refused by V8, and the code is compiled as usual.
const { readFileSync } = require("node:fs");
const { createRequire } = require("node:module");
const path = require("node:path");
const { Script } = require("node:vm");

const FILE = path.join(__dirname, "..", "dist", "sessions.cjs");
const CACHE = `${FILE}.${process.version}-${process.platform}-${process.arch}.cache`;

/** The built file is ASCII, the body of a CommonJS module as a function. */
function compile(cachedData) {
  return new Script(readFileSync(FILE, "latin1"), { filename: FILE, cachedData });
}

function evaluate(script) {
  const module = { exports: {} };
  script.runInThisContext()(module.exports, createRequire(FILE), module);
  return module.exports;
}

function readCache() {
  try {
    return readFileSync(CACHE);
  } catch {
    return undefined;
  }
}

module.exports = { CACHE, compile, evaluate, load: () => evaluate(compile(readCache())) };
