// Used from the top folder of the project: see the script "lint" in package.json.
import js from "@eslint/js";
import globals from "globals";

export default [
  { ignores: ["**/vendor/**", "**/node_modules/**"] },
  js.configs.recommended,
  {
    rules: {
      eqeqeq: "error",
      "no-var": "error",
      "prefer-const": "error",
      "max-lines": ["error", 300],
    },
  },
  {
    files: ["ctgraph/web/static/**"],
    languageOptions: { globals: { ...globals.browser, Yasgui: "readonly", L: "readonly" } },
  },
  { files: ["tests/web/static/**"], languageOptions: { globals: globals.nodeBuiltin } },
];
