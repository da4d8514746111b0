"""Secrets by rule: for each rule of the file a few texts in the form its service documents.

``⟨shape⟩`` is the secret. The forms (prefix, alphabet, length) are facts of the services; they are written here a second
time, not read from the rules.
"""

from __future__ import annotations

CLOUD = {
    "aws-access-key-id": ("⟨AKIA[A-Z2-7]{16}⟩", "key: ⟨ASIA[A-Z2-7]{16}⟩,", "'⟨ABIA[A-Z2-7]{16}⟩'"),
    "aws-secret-key": (
        "aws_secret_access_key = ⟨[A-Za-z0-9/+]{40}⟩",
        '"SecretAccessKey": "⟨[A-Za-z0-9/+]{40}⟩"',
        "AWS_SECRET_ACCESS_KEY=⟨[A-Za-z0-9/+]{40}⟩",
    ),
    "aws-session-token": ("aws_session_token=⟨[A-Za-z0-9/+]{200}==⟩", '"SessionToken": "⟨[A-Za-z0-9/+]{340}⟩"'),
    "aws-bedrock-key": ("⟨ABSK[A-Za-z0-9+/]{120}==⟩", "⟨bedrock-api-key-[A-Za-z0-9+/]{60}⟩"),
    "aws-mws-token": ("⟨amzn.mws.[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}⟩",),
    "gcp-api-key": ("⟨AIza[A-Za-z0-9_-]{35}⟩", 'apiKey: "⟨AIza[A-Za-z0-9_-]{35}⟩"'),
    "gcp-oauth-token": ("⟨ya29\\.[A-Za-z0-9_-]{120}⟩", "⟨1//0[A-Za-z0-9_-]{60}⟩"),
    "gcp-oauth-secret": ('"client_secret":"⟨GOCSPX-[A-Za-z0-9_-]{28}⟩"', "⟨GOCSPX-[A-Za-z0-9_-]{28}⟩"),
    "azure-ad-secret": (
        "⟨[A-Za-z0-9]{3}8Q~[A-Za-z0-9_~.-]{33}[A-Za-z0-9]⟩",
        "secret=⟨[A-Za-z0-9]{3}7Q~[A-Za-z0-9_.~-]{33}[A-Za-z]⟩",
    ),
    "azure-storage-key": (
        "DefaultEndpointsProtocol=https;AccountName=shop;AccountKey=⟨[A-Za-z0-9+/]{86}==⟩;EndpointSuffix=core.windows.net",
        "Endpoint=sb://x.servicebus.windows.net/;SharedAccessKeyName=all;SharedAccessKey=⟨[A-Za-z0-9+/]{43}=⟩",
    ),
    "azure-sas-signature": ("https://shop.blob.core.windows.net/a?sv=2022-11-02&sp=r&sig=⟨[A-Za-z0-9]{41}%2B%3D⟩",),
    "azure-devops-token": ("⟨[A-Za-z0-9]{76}AZDO[A-Za-z0-9]{4}⟩",),
    "digitalocean-token": ("⟨dop_v1_[0-9a-f]{64}⟩", "⟨doo_v1_[0-9a-f]{64}⟩", "⟨dor_v1_[0-9a-f]{64}⟩"),
    "alibaba-key": ("⟨LTAI[A-Za-z0-9]{20}⟩",),
    "heroku-key": (
        "⟨HRKU-AA[A-Za-z0-9_-]{57}[A-Za-z0-9]⟩",
        "⟨HRKU-[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}⟩",
    ),
    "cloudflare-origin-key": ("⟨v1.0-[0-9a-f]{24}-[0-9a-f]{146}⟩",),
    "fly-token": ("⟨fo1_[A-Za-z0-9_-]{42}[A-Za-z0-9]⟩", "⟨fm2_[A-Za-z0-9+/]{140}==⟩", "⟨fm1r_[A-Za-z0-9+/]{120}⟩"),
    "platform-token": (
        "⟨pul-[0-9a-f]{40}⟩",
        "⟨pnu_[A-Za-z0-9]{36}⟩",
        "⟨sbp_[0-9a-f]{40}⟩",
        "⟨nfp_[A-Za-z0-9]{36}⟩",
        "⟨tskey-auth-[A-Za-z0-9]{12}-[A-Za-z0-9]{32}⟩",
        "⟨rnd_[A-Za-z0-9]{32}⟩",
        "⟨dckr_pat_[A-Za-z0-9_-]{27}⟩",
    ),
    "terraform-token": ("⟨[A-Za-z0-9]{14}\\.atlasv1\\.[A-Za-z0-9]{67}⟩",),
    "vault-token": ("⟨hvs\\.[A-Za-z0-9_-]{90}⟩", "⟨hvb\\.[A-Za-z0-9_-]{150}⟩", "token ⟨s\\.[A-Za-z0-9]{23}4⟩"),
    "onepassword-key": (
        "⟨A3-[A-Z0-9]{6}-[A-Z0-9]{6}-[A-Z0-9]{5}-[A-Z0-9]{5}-[A-Z0-9]{5}-[A-Z0-9]{5}⟩",
        "⟨ops_eyJ[A-Za-z0-9+/]{280}⟩",
    ),
    "doppler-token": ("⟨dp.pt.[A-Za-z0-9]{43}⟩", "⟨dp.st.dev.[A-Za-z0-9]{43}⟩"),
}

CODE_HOSTS = {
    "github-token": (
        "⟨ghp_[A-Za-z0-9]{36}⟩",
        "⟨gho_[A-Za-z0-9]{36}⟩",
        "⟨ghs_[A-Za-z0-9]{36}⟩",
        "⟨github_pat_[A-Za-z0-9]{22}_[A-Za-z0-9]{59}⟩",
    ),
    "gitlab-token": (
        "⟨glpat-[A-Za-z0-9_-]{19}[A-Za-z0-9]⟩",
        "⟨gldt-[A-Za-z0-9]{20}⟩",
        "⟨glrt-[A-Za-z0-9]{20}⟩",
        "⟨glptt-[0-9a-f]{40}⟩",
        "⟨GR1348941[A-Za-z0-9]{20}⟩",
    ),
    "atlassian-token": ("⟨ATATT3[A-Za-z0-9_-]{180}=[A-F0-9]{8}⟩", "⟨ATBB[A-Za-z0-9]{32}⟩"),
    "npm-token": ("⟨npm_[A-Za-z0-9]{36}⟩",),
    "npmrc-auth": (
        "//registry.npmjs.org/:_authToken=⟨[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}⟩",
        "_auth=⟨[A-Za-z0-9+/]{42}==⟩",
    ),
    "pypi-token": ("⟨pypi-AgEIcHlwaS5vcmc[A-Za-z0-9_-]{120}⟩",),
    "rubygems-token": ("⟨rubygems_[0-9a-f]{48}⟩",),
    "clojars-token": ("⟨CLOJARS_[0-9a-z]{60}⟩",),
    "artifactory-token": ("⟨AKCp[A-Za-z0-9]{69}⟩", "⟨cmVmd[A-Za-z0-9]{59}⟩"),
    "sourcegraph-token": ("⟨sgp_[0-9a-f]{16}_[0-9a-f]{40}⟩", "⟨sgp_[0-9a-f]{40}⟩"),
    "nuget-key": ("⟨oy2[a-z0-9]{43}⟩",),
}

MODELS = {
    "anthropic-key": ("⟨sk-ant-api03-[A-Za-z0-9_-]{93}AA⟩", "⟨sk-ant-admin01-[A-Za-z0-9_-]{93}AA⟩"),
    "openrouter-key": ("⟨sk-or-v1-[0-9a-f]{64}⟩",),
    "openai-key": (
        "⟨sk-proj-[A-Za-z0-9_-]{73}[A-Za-z0-9]⟩",
        "⟨sk-[A-Za-z0-9]{20}T3BlbkFJ[A-Za-z0-9]{20}⟩",
        "⟨sk-svcacct-[A-Za-z0-9_-]{57}[a-z]⟩",
    ),
    "sk-key": ("⟨sk-[a-f0-9]{32}⟩",),
    "huggingface-token": ("⟨hf_[A-Za-z]{33}9⟩", "⟨api_org_[A-Za-z]{34}⟩"),
    "model-service-key": (
        "⟨gsk_[A-Za-z0-9]{52}⟩",
        "⟨xai-[A-Za-z0-9]{80}⟩",
        "⟨r8_[A-Za-z0-9]{37}⟩",
        "⟨pplx-[A-Za-z0-9]{48}⟩",
        "⟨nvapi-[A-Za-z0-9_-]{63}[a-z]⟩",
        "⟨lsv2_pt_[0-9a-f]{32}_[0-9a-f]{10}⟩",
    ),
}

BUSINESS = {
    "stripe-key": ("⟨sk_live_[A-Za-z0-9]{24}⟩", "⟨rk_test_[A-Za-z0-9]{98}⟩", "⟨whsec_[A-Za-z0-9]{32}⟩"),
    "square-token": ("⟨EAAA[A-Za-z0-9_-]{59}[A-Za-z]⟩", "⟨sq0csp-[A-Za-z0-9_-]{42}a⟩"),
    "paypal-braintree-token": ("⟨access_token$production$[a-z0-9]{16}$[0-9a-f]{32}⟩",),
    "payment-token": (
        "⟨FLWSECK_TEST-[0-9a-f]{32}-X⟩",
        "⟨shippo_live_[0-9a-f]{40}⟩",
        "⟨EZAK[A-Za-z0-9]{54}⟩",
        "⟨duffel_test_[A-Za-z0-9_-]{43}⟩",
    ),
    "sendgrid-key": ("⟨SG.[A-Za-z0-9_-]{22}.[A-Za-z0-9_-]{42}a⟩",),
    "mailgun-key": ("⟨key-[0-9a-f]{32}⟩", "⟨[0-9a-f]{32}-[0-9a-f]{8}-[0-9a-f]{8}⟩"),
    "mailchimp-key": ("⟨[0-9a-f]{32}-us1[0-9]⟩",),
    "brevo-key": ("⟨xkeysib-[0-9a-f]{64}-[A-Za-z0-9]{16}⟩",),
    "resend-key": ("⟨re_[A-Za-z0-9]{8}_[A-Za-z0-9]{23}7⟩",),
    "twilio-key": ("⟨SK[0-9a-f]{32}⟩",),
    "slack-token": (
        "⟨xoxb-[0-9]{12}-[0-9]{13}-[A-Za-z0-9]{24}⟩",
        "⟨xoxp-[0-9]{11}-[0-9]{11}-[0-9]{12}-[0-9a-f]{32}⟩",
        "⟨xapp-1-A[A-Z0-9]{10}-[0-9]{13}-[0-9a-f]{64}⟩",
    ),
    "slack-webhook": ("https://hooks.slack.com/services/⟨T[A-Z0-9]{10}/B[A-Z0-9]{10}/[A-Za-z0-9]{24}⟩",),
    "discord-token": ("⟨MT[A-Za-z0-9]{24}.[A-Za-z0-9_-]{6}.[A-Za-z0-9_-]{37}a⟩",),
    "discord-webhook": ("https://discord.com/api/webhooks/112233445566778899/⟨[A-Za-z0-9_-]{68}⟩",),
    "teams-webhook": (
        "https://shop.webhook.office.com/webhookb2/⟨[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}@"
        "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/IncomingWebhook/[0-9a-f]{32}/"
        "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}⟩",
    ),
    "telegram-token": ("⟨[1-9][0-9]{8}:AA[A-Za-z0-9_-]{32}x⟩", "bot token ⟨[1-9][0-9]{9}:AA[A-Za-z0-9_-]{32}Q⟩"),
    "facebook-token": ("⟨EAAC[A-Za-z0-9]{180}⟩",),
    "facebook-app-token": ("graph.facebook.com/me?access_token=⟨[1-9][0-9]{15}|[A-Za-z0-9_-]{27}⟩",),
}

SERVICES = {
    "shopify-token": ("⟨shpat_[0-9a-f]{32}⟩", "⟨shpss_[0-9a-f]{32}⟩"),
    "document-service-token": (
        "⟨pat[A-Za-z0-9]{14}.[0-9a-f]{64}⟩",
        "⟨ntn_[0-9]{11}[A-Za-z0-9]{35}⟩",
        "⟨secret_[A-Za-z0-9]{42}3⟩",
        "⟨lin_api_[A-Za-z0-9]{40}⟩",
        "⟨figd_[A-Za-z0-9_-]{40}⟩",
        "⟨PMAK-[0-9a-f]{24}-[0-9a-f]{34}⟩",
        "⟨pscale_tkn_[A-Za-z0-9_-]{43}⟩",
    ),
    "monitoring-token": (
        "⟨glsa_[A-Za-z0-9]{32}_[0-9a-f]{8}⟩",
        "⟨glc_eyJ[A-Za-z0-9+/]{90}=⟩",
        "⟨NRAK-[A-Z0-9]{27}⟩",
        "⟨dapi[0-9a-f]{32}⟩",
        "⟨phc_[A-Za-z0-9]{43}⟩",
        "⟨sntrys_eyJ[A-Za-z0-9]{90}_[A-Za-z0-9]{43}⟩",
    ),
    "launchdarkly-key": ("⟨sdk-[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}⟩",),
    "authress-key": ("⟨sc_[a-z0-9]{20}.[a-z0-9]{4}.acc_[a-z0-9]{12}.[A-Za-z0-9+/]{60}⟩",),
    "yandex-token": ("⟨t1.[A-Za-z0-9_-]{60}.[A-Za-z0-9_-]{86}⟩", "⟨AQVN[A-Za-z0-9_-]{35}z⟩"),
    "age-key": ("⟨AGE-SECRET-KEY-1[QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L]{58}⟩",),
    "wireguard-key": (
        "Address = 10.0.0.2/32\nPrivateKey = ⟨[A-Za-z0-9+/]{42}A=⟩",
        "PresharedKey = ⟨[A-Za-z0-9+/]{43}=⟩",
    ),
}

_LINES = "[A-Za-z0-9+/]{64}\n[A-Za-z0-9+/]{64}\n[A-Za-z0-9+/]{64}\n[A-Za-z0-9+/]{41}=="

SHARED = {
    "private-key": (
        f"-----BEGIN RSA PRIVATE KEY-----\n⟨{_LINES}⟩\n-----END RSA PRIVATE KEY-----",
        f"-----BEGIN OPENSSH PRIVATE KEY-----\n⟨{_LINES}⟩\n-----END OPENSSH PRIVATE KEY-----",
        f"-----BEGIN ENCRYPTED PRIVATE KEY-----\n⟨{_LINES}⟩\n-----END ENCRYPTED PRIVATE KEY-----",
    ),
    "private-key-cut": (f"-----BEGIN EC PRIVATE KEY-----\n⟨{_LINES}⟩",),
    "putty-private-key": (f"PuTTY-User-Key-File-3: ssh-ed25519\nPrivate-Lines: 4\n⟨{_LINES}⟩\nPrivate-MAC: 00",),
    "jwt": (
        "⟨eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOi[A-Za-z0-9]{60}.[A-Za-z0-9_-]{86}⟩",
        "⟨eyJhbGciOiJIUzI1NiJ9.eyJzdWIi[A-Za-z0-9]{20}.[A-Za-z0-9_-]{43}⟩",
    ),
    "kubernetes-secret-jwt": ("token: ⟨ZXlKaGJHY2lPaUpTVXpJMU5pSX[A-Za-z0-9+/]{200}⟩",),
    "url-password": (
        "postgresql://app:⟨[A-Za-z0-9]{6}4[a-z]{8}⟩@db:5432/shop",
        "amqp://svc:⟨[A-Za-z0-9!*]{14}⟩@mq.internal",
        "https://anna:⟨[a-z]{5}[0-9]{3}[A-Z]{4}⟩@git.test/x.git",
    ),
    "connection-string": (
        "Server=db;Database=x;User Id=sa;Password=⟨[A-Za-z0-9]{5}7[A-Za-z]{8}⟩;",
        "host=db port=5432 user=app password=⟨[A-Za-z0-9]{12}⟩ dbname=x",
    ),
    "bearer": ("Authorization: Bearer ⟨[A-Za-z0-9]{20}5[A-Za-z0-9]{19}⟩", "bearer ⟨[A-Za-z0-9_-]{29}7[a-z]{8}⟩"),
    "basic-auth": ("Authorization: Basic ⟨[A-Za-z0-9]{30}==⟩",),
    "auth-header": (
        "X-Api-Key: ⟨[A-Za-z0-9]{20}4[A-Za-z]{11}⟩",
        "PRIVATE-TOKEN: ⟨[A-Za-z0-9]{12}5[A-Za-z]{7}⟩",
        "'x-auth-token': '⟨[0-9a-f]{31}b⟩'",
    ),
    "curl-user": (
        "curl -u anna:⟨[A-Za-z0-9]{8}5[a-z]{3}⟩ https://x.test",
        "curl --user 'ci:⟨[A-Za-z0-9]{10}7⟩' https://x.test",
    ),
    "command-password": (
        "./deploy --password ⟨[A-Za-z0-9]{7}4[a-z]{4}⟩ --dry",
        "tool --api-key=⟨[A-Za-z0-9]{23}4[a-z]{8}⟩",
        "vpn --token ⟨[A-Za-z0-9]{15}9[a-z]{4}⟩",
    ),
    "sshpass": ("sshpass -p ⟨[A-Za-z0-9]{7}3[a-z]{4}⟩ ssh root@web", "mysql -u root -p⟨[A-Za-z0-9]{8}6[a-z]{3}⟩ shop"),
    "cookie-header": ("Cookie: ⟨lang=de; sid=[A-Za-z0-9]{32}⟩", "Set-Cookie: ⟨auth=[A-Za-z0-9_-]{43}⟩"),
    "session-cookie": (
        "PHPSESSID=⟨[a-z0-9]{25}7⟩",
        "JSESSIONID=⟨[0-9A-F]{31}A⟩",
        "connect.sid=⟨s%3A[A-Za-z0-9]{32}.[A-Za-z0-9]{43}⟩",
    ),
    "password-hash": (
        "⟨$2b$12$[A-Za-z0-9./]{53}⟩",
        "⟨$argon2id$v=19$m=65536,t=3,p=4$[A-Za-z0-9+/]{22}$[A-Za-z0-9+/]{43}⟩",
        "root:⟨$6$[A-Za-z0-9./]{16}$[A-Za-z0-9./]{86}⟩:19000::",
        "⟨pbkdf2_sha256$600000$[A-Za-z0-9]{22}$[A-Za-z0-9+/]{43}=⟩",
    ),
}

ASSIGNED = {
    "named-service-key": (
        "DATADOG_API_KEY=⟨[0-9a-f]{31}e⟩",
        'algolia_key = "⟨[0-9a-f]{31}c⟩"',
        "twilio_auth: ⟨[0-9a-f]{31}a⟩",
        "okta.token=00⟨[A-Za-z0-9_-]{39}5⟩",
    ),
    "quoted-assignment": (
        'api_key = "⟨[A-Za-z0-9]{30}6[a-z]⟩"',
        "const clientSecret = '⟨[A-Za-z0-9_-]{38}4z⟩'",
        '"access_token": "⟨[A-Za-z0-9]{38}8q⟩"',
    ),
    "env-assignment": (
        "SESSION_SECRET=⟨[A-Za-z0-9+/]{42}7⟩",
        "INTERNAL_TOKEN=⟨[0-9a-f]{39}d⟩\nX=1",
        "export MY_API_KEY=⟨[A-Za-z0-9]{31}9⟩",
    ),
    "yaml-assignment": (
        "  client_secret: ⟨[A-Za-z0-9]{38}5a⟩",
        "- token: ⟨[0-9a-f]{39}f⟩",
        "app.api-key = ⟨[A-Za-z0-9]{30}8b⟩",
    ),
    "url-token": (
        "https://x.test/a?api_key=⟨[0-9a-f]{31}e⟩&b=1",
        "GET /v1?access_token=⟨[A-Za-z0-9]{38}7k⟩",
        "s3.test/x?X-Amz-Signature=⟨[0-9a-f]{63}a⟩",
    ),
    "password-assignment": (
        'db_password = "⟨[A-Z][a-z]{5}[0-9]{3}!⟩"',
        "'passwd' => '⟨[A-Za-z0-9]{10}4⟩'",
        'Passwort: "⟨[A-Z][a-z]{6}#[0-9]{2}⟩"',
    ),
    "password-line": (
        "DB_PASSWORD=⟨[A-Za-z0-9]{9}5⟩",
        "password: ⟨[A-Z][a-z]{5}20[0-9]{2}!⟩\nuser: anna",
        "  smtp_passwd=⟨[A-Za-z0-9]{11}8⟩",
    ),
    "xml-password": (
        "<password>⟨[A-Za-z0-9]{9}7!⟩</password>",
        '<add key="Password" value="⟨[A-Z][a-z]{6}[0-9]{3}⟩"/>',
    ),
    "password-prose-en": (
        "the password is ⟨[A-Z][a-z]{5}[0-9]{3}!⟩ as far as I know",
        "Password for the router: ⟨[a-z]{5}-[0-9]{2}-[a-z]{4}⟩",
        "my pw was ⟨[A-Za-z]{5}7[a-z]{4}⟩",
    ),
    "password-prose-de": (
        "Das Passwort lautet ⟨[A-Z][a-z]{5}[0-9]{3}!⟩ seit gestern",
        "Kennwort ist ⟨[A-Z][a-z]{4}#[0-9]{3}⟩.",
    ),
    "password-prose-es": ("la contraseña es ⟨[A-Z][a-z]{5}[0-9]{3}!⟩ desde ayer", "Clave: ⟨[A-Z][a-z]{4}\\.[0-9]{4}⟩"),
    "password-prose-fr": ("Le mot de passe est ⟨[A-Z][a-z]{5}[0-9]{3}!⟩ depuis hier", "mdp : ⟨[A-Z][a-z]{4}-[0-9]{4}⟩"),
    "login-pair": ("login: admin / ⟨[A-Z][a-z]{5}[0-9]{3}!⟩", "credentials are root:⟨[A-Za-z]{6}4[a-z]{3}⟩"),
    "pin-prose": ("my PIN is ⟨[1-9][0-9]{3}⟩", "CVV: ⟨[1-9][0-9]{2}⟩", "PIN: ⟨[1-9][0-9]{5}⟩."),
    "key-prose": (
        "the API key is ⟨[0-9a-f]{39}c⟩ but I get 401",
        "access token: ⟨[A-Za-z0-9]{30}7h⟩",
        "Der API-Key lautet ⟨[A-Za-z0-9]{31}4⟩",
    ),
}

NUMBERS = {
    "card-number": ("It was charged to ⟨card⟩ twice", "⟨card_in_fours⟩", "visa ⟨card⟩, exp 04/29"),
    "card-number-labelled": ("Card number: ⟨card⟩", "Kreditkarte ⟨card_in_fours⟩", "carte n° ⟨card⟩"),
    "account-number": (
        "account number ⟨[1-9][0-9]{7}⟩",
        "Kontonummer: ⟨[1-9][0-9]{8}⟩",
        "Kto.-Nr. ⟨[1-9][0-9]{6}⟩",
        "número de cuenta ⟨[1-9][0-9]{9}⟩",
        "Account no: ⟨[1-9][0-9]{9}⟩, routing 021000021",
    ),
}

BY_RULE: dict[str, tuple[str, ...]] = CLOUD | CODE_HOSTS | MODELS | BUSINESS | SERVICES | SHARED | ASSIGNED | NUMBERS
