import js from "@eslint/js";
import globals from "globals";
import noUnsanitized from "eslint-plugin-no-unsanitized";

const sizes = {
  "max-lines": ["error", { max: 400 }],
  "max-lines-per-function": ["error", { max: 40, skipBlankLines: true, skipComments: true }],
  complexity: ["error", 10],
};

const habits = {
  "no-empty": ["error", { allowEmptyCatch: false }],
  "no-eval": "error",
  "no-implied-eval": "error",
  "no-new-func": "error",
  "no-var": "error",
  "prefer-const": "error",
  eqeqeq: "error",
  "no-unused-vars": ["error", { argsIgnorePattern: "^_", caughtErrorsIgnorePattern: "^_" }],
  "no-console": "error",
  // Markup from text is how captured chats would become code: build nodes instead.
  "no-restricted-properties": [
    "error",
    ...["innerHTML", "outerHTML", "insertAdjacentHTML"].map((property) => ({
      property,
      message: "Build nodes with shared/dom.js; text never becomes markup.",
    })),
    { object: "document", property: "write", message: "Build nodes with shared/dom.js." },
  ],
};

const onlyTheServerClientFetches = {
  "no-restricted-globals": [
    "error",
    { name: "fetch", message: "Only background/server-client.js talks to the server." },
    { name: "XMLHttpRequest", message: "Only background/server-client.js talks to the server." },
    { name: "WebSocket", message: "Only background/server-client.js talks to the server." },
  ],
};

export default [
  {
    ignores: ["node_modules/", ".venv/", "dist/", "build/", "docs/", "benchmarks/", "tests/fixtures/", "tests/e2e/"],
  },
  js.configs.recommended,
  noUnsanitized.configs.recommended,
  {
    files: ["extension/**/*.js"],
    languageOptions: {
      ecmaVersion: 2023,
      sourceType: "module",
      globals: { ...globals.browser, chrome: "readonly" },
    },
    rules: { ...sizes, ...habits, ...onlyTheServerClientFetches },
  },
  {
    // Pages of the service, and the scripts of files that it writes.
    files: ["server/skilltrail/web/static/**/*.js", "server/skilltrail/exporters/**/*.js"],
    languageOptions: { ecmaVersion: 2023, sourceType: "module", globals: { ...globals.browser } },
    rules: { ...sizes, ...habits, ...onlyTheServerClientFetches },
  },
  {
    // Each of these two is the one place for what is forbidden elsewhere: requests, and markup that enters the page.
    files: ["server/skilltrail/web/static/server.js"],
    rules: { "no-restricted-globals": "off" },
  },
  {
    files: ["server/skilltrail/web/static/fragments.js"],
    rules: { "no-restricted-properties": "off", "no-unsanitized/property": "off", "no-unsanitized/method": "off" },
  },
  {
    // Reads the page as it was parsed, to hash it; the rules against markup from text (no-unsanitized) still hold.
    files: ["server/skilltrail/exporters/checker/page.js"],
    rules: { "no-restricted-properties": "off" },
  },
  {
    // Content scripts cannot be modules: the browser loads them as classic scripts.
    files: ["extension/capture/**/*.js"],
    languageOptions: { sourceType: "script" },
  },
  {
    // The generated rule table is data.
    files: ["extension/shared/redaction-rules.js"],
    rules: { "max-lines": "off", "no-useless-escape": "off" },
  },
  {
    files: ["extension/background/server-client.js"],
    rules: { "no-restricted-globals": "off" },
  },
  {
    files: ["tests/extension/**/*.js", "eslint.config.js"],
    languageOptions: {
      ecmaVersion: 2023,
      sourceType: "module",
      globals: { ...globals.node, ...globals.browser },
    },
    rules: {
      ...habits,
      "max-lines": ["error", { max: 400 }],
      // A test may write down a page as a page is written.
      "no-restricted-properties": "off",
      "no-unsanitized/property": "off",
    },
  },
];
