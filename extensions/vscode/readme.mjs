// The page of the extension: its README, with the pictures in it, as they have no address yet.
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";

const packed = readFileSync("README.md", "utf8").replace(
  /\]\((images\/[^)]+\.png)\)/g,
  (_, picture) => `](data:image/png;base64,${readFileSync(picture, "base64")})`,
);
mkdirSync("dist", { recursive: true });
writeFileSync("dist/README.md", packed);
