// Verifies bundles without a key: verify-keyless.js ROOT [BUNDLE IDENTITY ISSUER]… prints a verdict for each.
// A bundle without an entry of a log has to have a time stamp.
const fs = require("fs");
const { bundleFromJSON } = require("@sigstore/bundle");
const { TrustedRoot } = require("@sigstore/protobuf-specs");
const { Verifier, toSignedEntity, toTrustMaterial } = require("@sigstore/verify");

const read = (path) => JSON.parse(fs.readFileSync(path, "utf8"));
const trust = toTrustMaterial(TrustedRoot.fromJSON(read(process.argv[2])));
const verdicts = [];
for (let i = 3; i < process.argv.length; i += 3) {
  try {
    const bundle = bundleFromJSON(read(process.argv[i]));
    const logs = bundle.verificationMaterial.tlogEntries.length;
    new Verifier(trust, { tlogThreshold: logs === 0 ? 0 : 1, ctlogThreshold: 1, timestampThreshold: 1 }).verify(
      toSignedEntity(bundle), { subjectAlternativeName: process.argv[i + 1], extensions: { issuer: process.argv[i + 2] } });
    verdicts.push("accepted");
  } catch (error) {
    verdicts.push(error.code || String(error));
  }
}

console.log(verdicts.join(", "));
