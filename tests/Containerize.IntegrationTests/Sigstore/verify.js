// Verifies bundles with public keys: verify.js BUNDLE KEY [BUNDLE KEY]… prints a verdict for each pair.
const fs = require("fs");
const crypto = require("crypto");
const { bundleFromJSON } = require("@sigstore/bundle");
const { Verifier, toSignedEntity, toTrustMaterial } = require("@sigstore/verify");

const root = { mediaType: "", tlogs: [], certificateAuthorities: [], ctlogs: [], timestampAuthorities: [] };
const verdicts = [];
for (let i = 2; i < process.argv.length; i += 2) {
  const bundle = bundleFromJSON(JSON.parse(fs.readFileSync(process.argv[i], "utf8")));
  const publicKey = crypto.createPublicKey(fs.readFileSync(process.argv[i + 1]));
  const trust = toTrustMaterial(root, () => ({ publicKey, validFor: () => true }));
  try {
    new Verifier(trust, { tlogThreshold: 0, ctlogThreshold: 0, timestampThreshold: 0 }).verify(toSignedEntity(bundle));
    verdicts.push("accepted");
  } catch (error) {
    verdicts.push(error.code || String(error));
  }
}

console.log(verdicts.join(", "));
