import type { RuleText } from "../rule.js";

export const rule: RuleText = {
  severity: "error",
  title: "the file is compressed",
  trigger: "The content starts with the signature of gzip, zlib, ZIP, bzip2, xz or Zstandard.",
  repair:
    "Decompresses gzip, zlib and ZIP archives with one file, and goes on with what is inside; of a stream that breaks off what is there. Others are named, and their bytes set aside, because nothing here can read them.",
};
