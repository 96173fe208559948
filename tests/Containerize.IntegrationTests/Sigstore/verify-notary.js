// Judges signatures of the Notary Project with a JOSE library: verify-notary.js ENVELOPE DIGEST [ENVELOPE DIGEST]…
// prints a verdict for each pair, and writes the certificates to ENVELOPE.leaf.pem and ENVELOPE.root.pem.
const fs = require("fs");
const crypto = require("crypto");
const { flattenedVerify } = require("jose");

const scheme = "io.cncf.notary.signingScheme";

async function judge(path, digest) {
  const envelope = JSON.parse(fs.readFileSync(path, "utf8"));
  const certificates = envelope.header.x5c.map((each) => new crypto.X509Certificate(Buffer.from(each, "base64")));
  fs.writeFileSync(`${path}.leaf.pem`, certificates[0].toString());
  fs.writeFileSync(`${path}.root.pem`, certificates[certificates.length - 1].toString());
  try {
    const verified = await flattenedVerify(envelope, certificates[0].publicKey, { crit: { [scheme]: true } });
    const target = JSON.parse(Buffer.from(verified.payload).toString()).targetArtifact;
    return target.digest === digest && verified.protectedHeader[scheme] === "notary.x509" ? "accepted" : "another image";
  } catch (error) {
    return error.code || String(error);
  }
}

(async () => {
  const verdicts = [];
  for (let i = 2; i < process.argv.length; i += 2) {
    verdicts.push(await judge(process.argv[i], process.argv[i + 1]));
  }

  console.log(verdicts.join(", "));
})();
