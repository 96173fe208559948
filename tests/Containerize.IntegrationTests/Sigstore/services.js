// Doubles of the services of Sigstore: services.js LOG notes requests, writes the trusted root to LOG.root.json, then its address to
// LOG.address. Fulcio and its log of certificates, Rekor, a time-stamp authority, and GitHub's issuer of tokens.
const fs = require("fs");
const http = require("http");
const crypto = require("crypto");
const asn1js = require("asn1js");
const mock = require("@sigstore/mock");
const { SignJWT, decodeJwt } = require("jose");

const log = process.argv[2];
const ecKeys = () => crypto.generateKeyPairSync("ec", { namedCurve: "P-256" });
const sha256 = (content) => crypto.createHash("sha256").update(content).digest();
const since = new Date(Date.now() - 3600 * 1000).toISOString();

async function tokenOf(audience) {
  return new SignJWT({ repository: "team/app", ref: "refs/heads/main" })
    .setProtectedHeader({ alg: "HS256" }).setIssuer("https://token.actions.example").setAudience(audience)
    .setSubject("https://github.example/team/app/.github/workflows/release.yml@refs/heads/main").setExpirationTime("5m")
    .sign(Buffer.from("a key of the issuer, of thirty-two bytes"));
}

// The double takes what it gets: possession of the key is verified here, as Fulcio does it.
function isProved(body) {
  const { credentials, publicKeyRequest: { publicKey, proofOfPossession } } = JSON.parse(body);
  return crypto.verify("sha256", Buffer.from(decodeJwt(credentials.oidcIdentityToken).sub), publicKey.content,
    Buffer.from(proofOfPossession, "base64"));
}

// The double notes what is proposed: an entry as Rekor makes it of that, after it has verified the signature.
function entryOf(proposed) {
  const { envelope: text, verifiers } = proposed.spec.proposedContent;
  const envelope = JSON.parse(text);
  const payload = Buffer.from(envelope.payload, "base64");
  const signed = Buffer.concat(
    [Buffer.from(`DSSEv1 ${envelope.payloadType.length} ${envelope.payloadType} ${payload.length} `), payload]);
  const certificate = Buffer.from(verifiers[0], "base64");
  const signature = envelope.signatures[0].sig;
  if (!crypto.verify("sha256", signed, new crypto.X509Certificate(certificate).publicKey, Buffer.from(signature, "base64"))) {
    throw new Error("the signature does not verify");
  }

  return { apiVersion: proposed.apiVersion, kind: proposed.kind, spec: {
    envelopeHash: { algorithm: "sha256", value: sha256(text).toString("hex") },
    payloadHash: { algorithm: "sha256", value: sha256(payload).toString("hex") },
    signatures: [{ signature, verifier: certificate.toString("base64") }],
  } };
}

function imprintOf(request) {
  const root = asn1js.fromBER(new Uint8Array(request).buffer).result;
  return Buffer.from(root.valueBlock.value[1].valueBlock.value[1].valueBlock.valueHexView);
}

(async () => {
  const [caKeys, logKeys, tsaKeys] = [ecKeys(), ecKeys(), ecKeys()];
  const ctlog = await mock.initializeCTLog(caKeys);
  const ca = await mock.initializeCA(caKeys, ctlog);
  const tlog = await mock.initializeTLog("https://rekor.example", logKeys);
  const tsa = await mock.initializeTSA(tsaKeys);
  // Whole seconds: DER drops zeros at the end of a fraction, and the library that judges takes three digits or none.
  tsa.getCurrentTime = () => new Date(1000 * Math.floor(Date.now() / 1000));
  const fulcio = mock.fulcioHandler(ca);
  const routes = {
    "/token": async (body, request) => request.headers.authorization === "Bearer request-token"
      ? [200, JSON.stringify({ value: await tokenOf(new URL(request.url, "http://x").searchParams.get("audience")) })] : [401, "{}"],
    "/api/v2/signingCert": async (body) => {
      const { statusCode, response } = isProved(body) ? await fulcio.fn(body) : { statusCode: 400, response: "{}" };
      return [statusCode, response];
    },
    "/api/v1/log/entries": async (body) => [201, JSON.stringify(await tlog.log(entryOf(JSON.parse(body))))],
    "/api/v1/timestamp": async (body) => [201, await tsa.timestamp({
      artifactHash: imprintOf(body), hashAlgorithmOID: "2.16.840.1.101.3.4.2.1", nonce: 1, policyOID: "1.3.6.1.4.1.57264.2",
      certReq: true,
    })],
  };
  const server = http.createServer((request, response) => {
    const chunks = [];
    request.on("data", (chunk) => chunks.push(chunk)).on("end", async () => {
      const path = request.url.split("?")[0];
      fs.appendFileSync(log, `${path}\n`);
      try {
        const [status, answer] = await routes[path](Buffer.concat(chunks), request);
        response.writeHead(status).end(answer);
      } catch (error) {
        response.writeHead(400).end(JSON.stringify({ code: 3, message: error.message }));
      }
    });
  });

  const authority = (...certificates) => ({
    subject: { organization: "sigstore.mock", commonName: "sigstore" }, uri: "https://example.com", validFor: { start: since },
    certChain: { certificates: certificates.map((each) => ({ rawBytes: Buffer.from(each).toString("base64") })) },
  });
  const noteKeeper = (publicKey, baseUrl) => ({
    baseUrl, hashAlgorithm: "SHA2_256", logId: { keyId: sha256(publicKey).toString("base64") },
    publicKey: { rawBytes: Buffer.from(publicKey).toString("base64"), keyDetails: "PKIX_ECDSA_P256_SHA_256", validFor: { start: since } },
  });
  fs.writeFileSync(`${log}.root.json`, JSON.stringify({
    mediaType: "application/vnd.dev.sigstore.trustedroot+json;version=0.1",
    tlogs: [noteKeeper(tlog.publicKey, "https://rekor.example")],
    certificateAuthorities: [authority(ca.rootCertificate)],
    ctlogs: [noteKeeper(ctlog.publicKey, "https://ctlog.example")],
    timestampAuthorities: [authority(tsa.intCertificate, tsa.rootCertificate)],
  }));
  server.listen(0, "127.0.0.1", () => {
    fs.writeFileSync(`${log}.new`, `http://127.0.0.1:${server.address().port}`);
    fs.renameSync(`${log}.new`, `${log}.address`);
  });
})();
