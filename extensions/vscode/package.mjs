/**
 * Packs the extension.
 *
 * Pictures on an extension's page must have an https address: VS Code shows no others there. This
 * directory has none yet. PICTURES says it once it has one: `make extension PICTURES=https://…/`
 * puts it before the relative links of README and changelog (`…/images/plan.png`). Until then
 * those stay as they are, which works wherever the files are beside each other.
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
