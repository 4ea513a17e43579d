//! A small provider that says what a test wants it to say: OpenID Connect, and GitHub's interface beside it. It redeems a
//! code only for the verifier that belongs to the challenge it was asked with.

use axum::{
    Form, Json, Router,
    extract::State,
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use base64::{
    Engine,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};
use hmac::{Hmac, KeyInit, Mac};
use ring::{
    rand::SystemRandom,
    signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair},
};
use serde_json::{Value, json};
use server::{
    config::{Protocol, Provider},
    testing::TestApp,
};
use sha2::{Digest, Sha256};
use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
};
use tokio::net::TcpListener;
use tracker_domain::{text::Secret, time::Clock};

pub const CLIENT: (&str, &str) = ("tracker", "the secret of the client");

/// What signs a token.
pub enum Signer {
    Ed(Ed25519KeyPair),
    Es(EcdsaKeyPair),
    /// The secret that both sides know.
    Shared(&'static str),
    Nobody,
}

impl Signer {
    pub fn ed() -> Self {
        let pkcs8 = Ed25519KeyPair::generate_pkcs8(&SystemRandom::new()).unwrap();
        Self::Ed(Ed25519KeyPair::from_pkcs8(pkcs8.as_ref()).unwrap())
    }

    pub fn es() -> Self {
        let (kind, random) = (&ECDSA_P256_SHA256_FIXED_SIGNING, SystemRandom::new());
        let pkcs8 = EcdsaKeyPair::generate_pkcs8(kind, &random).unwrap();
        Self::Es(EcdsaKeyPair::from_pkcs8(kind, pkcs8.as_ref(), &random).unwrap())
    }

    fn algorithm(&self) -> &'static str {
        match self {
            Self::Ed(_) => "EdDSA",
            Self::Es(_) => "ES256",
            Self::Shared(_) => "HS256",
            Self::Nobody => "none",
        }
    }

    fn sign(&self, text: &str) -> Vec<u8> {
        match self {
            Self::Ed(pair) => pair.sign(text.as_bytes()).as_ref().to_vec(),
            Self::Es(pair) => pair.sign(&SystemRandom::new(), text.as_bytes()).unwrap().as_ref().to_vec(),
            Self::Shared(secret) => {
                let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).unwrap();
                mac.update(text.as_bytes());
                mac.finalize().into_bytes().to_vec()
            }
            Self::Nobody => Vec::new(),
        }
    }

    /// The public half (RFC 7517).
    pub fn jwk(&self, kid: &str) -> Value {
        let part = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
        match self {
            Self::Ed(pair) => {
                let x = part(pair.public_key().as_ref());
                json!({ "kty": "OKP", "crv": "Ed25519", "kid": kid, "use": "sig", "alg": "EdDSA", "x": x })
            }
            Self::Es(pair) => {
                let point = pair.public_key().as_ref();
                let (x, y) = (part(&point[1..33]), part(&point[33..]));
                json!({ "kty": "EC", "crv": "P-256", "kid": kid, "use": "sig", "alg": "ES256", "x": x, "y": y })
            }
            Self::Shared(_) | Self::Nobody => panic!("it has no public half"),
        }
    }

    pub fn token(&self, kid: &str, claims: &Value) -> String {
        let head = json!({ "alg": self.algorithm(), "typ": "JWT", "kid": kid });
        let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let text = format!("{}.{}", part(&head), part(claims));
        let signature = URL_SAFE_NO_PAD.encode(self.sign(&text));
        format!("{text}.{signature}")
    }
}

/// What a code is worth.
struct Grant {
    challenge: String,
    answer: Value,
}

#[derive(Default)]
struct Inner {
    url: String,
    keys: Vec<Value>,
    codes: BTreeMap<String, Grant>,
    user_info: Value,
    addresses: Value,
    subject: Value,
    keys_read: usize,
}

type Shared = Arc<Mutex<Inner>>;

/// See the module.
pub struct Elsewhere {
    pub url: String,
    pub signer: Signer,
    shared: Shared,
}

impl Elsewhere {
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let signer = Signer::ed();
        let inner = Inner { url: url.clone(), keys: vec![signer.jwk("first")], ..Inner::default() };
        let shared = Arc::new(Mutex::new(inner));
        let router = Router::new()
            .route("/.well-known/openid-configuration", get(discovery))
            .route("/jwks", get(keys))
            .route("/token", post(token))
            .route("/userinfo", get(user_info))
            .route("/login/oauth/access_token", post(token))
            .route("/api/v3/user", get(user_info))
            .route("/api/v3/user/emails", get(addresses))
            .with_state(shared.clone());
        tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        Self { url, signer, shared }
    }

    /// As the tracker is told about it.
    pub fn settings(&self, name: &str) -> Provider {
        Provider {
            name: name.to_owned(),
            label: name.to_uppercase(),
            protocol: if name == "github" { Protocol::GitHub } else { Protocol::OpenId },
            issuer: self.url.clone(),
            client_id: CLIENT.0.to_owned(),
            client_secret: Secret::new(CLIENT.1),
            scopes: vec!["openid".to_owned(), "email".to_owned()],
            signup: true,
            domains: Vec::new(),
            groups_claim: "groups".to_owned(),
            roles: BTreeMap::new(),
        }
    }

    /// Publishes these keys and no others.
    pub fn publish(&self, keys: Vec<Value>) {
        self.shared.lock().unwrap().keys = keys;
    }

    /// How often the keys were read.
    pub fn keys_read(&self) -> usize {
        self.shared.lock().unwrap().keys_read
    }

    /// What `userinfo` says from now on.
    pub fn tell(&self, user_info: Value, addresses: Value) {
        let mut inner = self.shared.lock().unwrap();
        (inner.user_info, inner.addresses) = (user_info, addresses);
    }

    /// The claims of a token that would count, with others in their place.
    pub fn claims(&self, app: &TestApp, out: &Out, person: &Value) -> Value {
        let now = app.clock.now().0.unix_timestamp();
        let mut claims = json!({
            "iss": self.url, "aud": CLIENT.0, "exp": now + 300, "iat": now, "nonce": out.part("nonce"),
        });
        for (name, value) in person.as_object().unwrap() {
            claims[name] = value.clone();
        }
        claims
    }

    /// The person agrees: gives the way back, on which the code is worth this token.
    pub fn agree_with(&self, out: &Out, token: &str) -> String {
        let answer = json!({ "access_token": "an access token", "token_type": "Bearer", "id_token": token });
        let code = format!("code-{}", self.shared.lock().unwrap().codes.len());
        let grant = Grant { challenge: out.part("code_challenge"), answer };
        self.shared.lock().unwrap().codes.insert(code.clone(), grant);
        format!("/login/{}/callback?code={code}&state={}&iss={}", out.provider, out.part("state"), self.url)
    }

    /// The same with a token that counts.
    pub fn agree(&self, app: &TestApp, out: &Out, person: &Value) -> String {
        self.shared.lock().unwrap().subject = person["sub"].clone();
        self.agree_with(out, &self.signer.token("first", &self.claims(app, out, person)))
    }
}

/// Where the tracker sent a browser.
pub struct Out {
    pub url: String,
    provider: String,
}

impl Out {
    pub fn new(provider: &str, url: &str) -> Self {
        Self { url: url.to_owned(), provider: provider.to_owned() }
    }

    /// A part of its query; nothing in these tests is percent-encoded there.
    pub fn part(&self, name: &str) -> String {
        let query = self.url.split_once('?').unwrap().1;
        let mut pairs = query.split('&').filter_map(|pair| pair.split_once('='));
        pairs.find(|(key, _)| *key == name).map(|(_, value)| value.to_owned()).unwrap_or_default()
    }
}

/// What it was told to say, else nothing but who it is.
async fn user_info(State(shared): State<Shared>) -> Json<Value> {
    let inner = shared.lock().unwrap();
    let nothing = || json!({ "sub": inner.subject });
    Json(if inner.user_info.is_null() { nothing() } else { inner.user_info.clone() })
}

async fn addresses(State(shared): State<Shared>) -> Json<Value> {
    Json(shared.lock().unwrap().addresses.clone())
}

async fn discovery(State(shared): State<Shared>) -> Json<Value> {
    let url = shared.lock().unwrap().url.clone();
    Json(json!({
        "issuer": url,
        "authorization_endpoint": format!("{url}/authorize"),
        "token_endpoint": format!("{url}/token"),
        "userinfo_endpoint": format!("{url}/userinfo"),
        "jwks_uri": format!("{url}/jwks"),
        "response_types_supported": ["code"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["EdDSA", "ES256", "HS256", "none"],
    }))
}

async fn keys(State(shared): State<Shared>) -> Json<Value> {
    let mut inner = shared.lock().unwrap();
    inner.keys_read += 1;
    Json(json!({ "keys": inner.keys }))
}

async fn token(
    State(shared): State<Shared>,
    headers: HeaderMap,
    Form(form): Form<BTreeMap<String, String>>,
) -> Response {
    let refuse = |error| (StatusCode::BAD_REQUEST, Json(json!({ "error": error }))).into_response();
    let basic = format!("Basic {}", STANDARD.encode(format!("{}:{}", CLIENT.0, CLIENT.1.replace(' ', "+"))));
    if headers.get("authorization").is_none_or(|given| given != basic.as_str()) {
        return refuse("invalid_client");
    }
    let part = |name: &str| form.get(name).cloned().unwrap_or_default();
    let Some(grant) = shared.lock().unwrap().codes.remove(&part("code")) else {
        return refuse("invalid_grant");
    };
    let challenge = URL_SAFE_NO_PAD.encode(Sha256::digest(part("code_verifier")));
    if challenge != grant.challenge || !part("redirect_uri").starts_with("http://tracker.test/login/") {
        return refuse("invalid_grant");
    }
    Json(grant.answer).into_response()
}
