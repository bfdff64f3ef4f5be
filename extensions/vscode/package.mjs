/**
 * Packs the extension.
 *
 * Pictures on an extension's page must have an https address: VS Code shows no others there. The
 * directory `images/` has none yet. PICTURES says it, with the slash at its end, once it has one;
 * until then the README keeps its relative links, which show wherever its files are beside it.
 */
import { createVSIX } from "@vscode/vsce";

const { PICTURES: baseImagesUrl, VSIX: packagePath = "dotstream.vsix" } = process.env;

await createVSIX({
  packagePath,
  dependencies: false,
  allowMissingRepository: true,
  ...(baseImagesUrl === undefined
    ? { rewriteRelativeLinks: false }
    : { baseImagesUrl, baseContentUrl: baseImagesUrl }),
});
