#!/usr/bin/env node
"use strict";
require("./load.js").load().run(process.argv.slice(2));
