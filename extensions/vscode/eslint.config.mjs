import js from "@eslint/js";
import { defineConfig, globalIgnores } from "eslint/config";
import tseslint from "typescript-eslint";

// Only these talk to the workbench; everything else is plain functions, tested without it.
const WORKBENCH = ["src/ui/**/*.ts", "src/extension.ts"];

export default defineConfig(
  globalIgnores(["dist/", "node_modules/"]),
  js.configs.recommended,
  {
    files: ["**/*.ts", "**/*.mts"],
    extends: [tseslint.configs.strictTypeChecked, tseslint.configs.stylisticTypeChecked],
    languageOptions: { parserOptions: { projectService: true } },
    rules: {
      "@typescript-eslint/no-unused-vars": [
        "error",
        { argsIgnorePattern: "^_", varsIgnorePattern: "^_" },
      ],
      // Numbers in text are meant.
      "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true }],
      // Events that carry nothing are `EventEmitter<void>`.
      "@typescript-eslint/no-invalid-void-type": ["error", { allowInGenericTypeArguments: true }],
    },
  },
  {
    files: ["src/**/*.ts"],
    ignores: WORKBENCH,
    rules: {
      "no-restricted-imports": ["error", { paths: ["vscode", "vscode-languageclient/node"] }],
    },
  },
  { files: ["*.mjs"], languageOptions: { globals: { process: "readonly" } } },
);
