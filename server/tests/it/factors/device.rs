//! A device with passkeys, in software: it makes what a browser's `navigator.credentials` gives.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD as BASE64};
use p256::ecdsa::{Signature, SigningKey, signature::Signer};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

/// One passkey in one browser.
#[derive(Clone)]
pub struct Device {
    key: SigningKey,
    id: [u8; 32],
    /// How often it was used; a copy does not know.
    pub counter: u32,
    /// The place that the browser says it is at.
    pub origin: String,
    /// Whether it knows its owner.
    pub verified: bool,
}

impl Device {
    /// A device at `origin`; another seed is another key.
    pub fn new(seed: u8, origin: &str) -> Self {
        let key = SigningKey::from_slice(&[seed; 32]).unwrap();
        Self { key, id: [seed; 32], counter: 0, origin: origin.to_owned(), verified: true }
    }

    fn data(&mut self, options: &Value, more: u8) -> Vec<u8> {
        self.counter += 1;
        let place = options["rp"]["id"].as_str().or(options["rpId"].as_str()).unwrap();
        let flags = 0x01 | if self.verified { 0x04 } else { 0 } | more;
        let mut data = Sha256::digest(place.as_bytes()).to_vec();
        data.push(flags);
        data.extend(self.counter.to_be_bytes());
        data
    }

    fn client(&self, kind: &str, options: &Value) -> String {
        let challenge = &options["challenge"];
        json!({ "type": kind, "challenge": challenge, "origin": self.origin, "crossOrigin": false })
            .to_string()
    }

    fn answer(&self, response: &Value) -> String {
        let id = BASE64.encode(self.id);
        json!({ "id": id, "rawId": id, "type": "public-key", "response": response, "extensions": {} })
            .to_string()
    }

    /// `navigator.credentials.create`
    pub fn create(&mut self, options: &str) -> String {
        let options: Value = serde_json::from_str(options).unwrap();
        let options = &options["publicKey"];
        let mut data = self.data(options, 0x40);
        data.extend([0; 16]);
        data.extend([0, 32]);
        data.extend(self.id);
        // A public key in CBOR: elliptic, ES256, P-256, x, y.
        let point = self.key.verifying_key().to_sec1_bytes();
        data.extend([0xa5, 0x01, 0x02, 0x03, 0x26, 0x20, 0x01, 0x21, 0x58, 0x20]);
        data.extend(&point[1..33]);
        data.extend([0x22, 0x58, 0x20]);
        data.extend(&point[33..65]);
        let mut object = b"\xa3\x63fmt\x64none\x67attStmt\xa0\x68authData\x58".to_vec();
        object.push(u8::try_from(data.len()).unwrap());
        object.extend(data);
        let client = self.client("webauthn.create", options);
        self.answer(
            &json!({ "attestationObject": BASE64.encode(object), "clientDataJSON": BASE64.encode(client) }),
        )
    }

    /// `navigator.credentials.get`, whether or not it was asked for this key.
    pub fn get(&mut self, options: &str) -> String {
        let options: Value = serde_json::from_str(options).unwrap();
        let options = &options["publicKey"];
        let data = self.data(options, 0);
        let client = self.client("webauthn.get", options);
        let signed = [&data[..], &Sha256::digest(client.as_bytes())[..]].concat();
        let signature: Signature = self.key.sign(&signed);
        self.answer(&json!({
            "authenticatorData": BASE64.encode(data),
            "clientDataJSON": BASE64.encode(client),
            "signature": BASE64.encode(signature.to_der().as_bytes()),
            "userHandle": null,
        }))
    }
}
