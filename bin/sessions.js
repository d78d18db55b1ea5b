#!/usr/bin/env node
"use strict";
require("../dist/sessions.cjs");
