import js from "@eslint/js";
import tseslint from "typescript-eslint";

/** Imports run one way, see docs/ARCHITECTURE.md; each folder names what it may not reach. */
const layers = {
  csv: ["session", "check", "storage", "store", "copies", "transfer", "manager", "demo", "server", "cli"],
  check: ["storage", "store", "copies", "transfer", "manager", "demo", "server", "cli"],
  session: ["check", "storage", "store", "copies", "transfer", "manager", "demo", "server", "cli"],
  storage: ["csv", "session", "check", "store", "copies", "transfer", "manager", "demo", "server", "cli"],
  store: ["copies", "transfer", "manager", "demo", "server", "cli"],
  copies: ["transfer", "manager", "demo", "server", "cli"],
  transfer: ["manager", "demo", "server", "cli"],
  manager: ["copies", "transfer", "demo", "server", "cli"],
  server: ["check", "storage", "copies", "transfer", "demo", "cli"],
  demo: ["storage", "store", "copies", "transfer", "manager", "server", "cli"],
};

const layerRules = Object.entries(layers).map(([layer, forbidden]) => ({
  files: [`src/${layer}/**/*.ts`],
  rules: {
    "no-restricted-imports": [
      "error",
      {
        patterns: [
          { group: forbidden.map((name) => `**/${name}/**`), message: `src/${layer} may not import these layers.` },
          { group: ["chalk", "commander", "cli-table3"], message: "Only src/cli knows the terminal." },
        ],
      },
    ],
    "no-restricted-globals": ["error", { name: "console", message: "Only src/cli writes to the terminal." }],
    "no-restricted-properties": [
      "error",
      { object: "process", property: "env", message: "Only src/cli reads the environment." },
      { object: "process", property: "argv", message: "Only src/cli reads the arguments." },
      { object: "process", property: "exit", message: "Only src/cli ends the process." },
      { object: "process", property: "stdout", message: "Only src/cli writes to the terminal." },
      { object: "process", property: "stderr", message: "Only src/cli writes to the terminal." },
      { object: "Date", property: "now", message: "The clock is injected by src/cli." },
    ],
  },
}));

export default tseslint.config(
  {
    ignores: ["dist/", "coverage/", "node_modules/", "src/kernel/assembly/", "src/**/*.generated.ts"],
  },
  js.configs.recommended,
  {
    files: ["**/*.ts"],
    extends: [...tseslint.configs.strictTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true }],
      "@typescript-eslint/no-unnecessary-condition": ["error", { allowConstantLoopConditions: true }],
      // An async function without await keeps a contract: its errors are rejections, as every caller expects.
      "@typescript-eslint/require-await": "off",
      "@typescript-eslint/switch-exhaustiveness-check": "error",
      "@typescript-eslint/no-confusing-void-expression": ["error", { ignoreArrowShorthand: true }],
    },
  },
  ...layerRules,
  {
    // The page runs in a browser, which has a clock. What it shows looks as in a terminal.
    files: ["src/server/page/*.ts"],
    rules: {
      "no-restricted-imports": [
        "error",
        {
          patterns: [
            {
              regex: "^\\.\\./(?!\\.\\./(?:session|cli/render)/)",
              message: "The page takes only session and cli/render.",
            },
          ],
        },
      ],
      "no-restricted-properties": "off",
    },
  },
  {
    // Damaged files hold control characters, which is what is looked for there.
    files: ["src/check/**/*.ts"],
    rules: { "no-control-regex": "off" },
  },
  {
    files: ["**/*.js", "**/*.mjs"],
    languageOptions: { globals: { process: "readonly", console: "readonly", Buffer: "readonly", URL: "readonly" } },
  },
  {
    files: ["bin/*.js"],
    languageOptions: { sourceType: "commonjs", globals: { require: "readonly", __dirname: "readonly" } },
  },
);
