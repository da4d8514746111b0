"""Invented personal data in chat-like text, and texts that only look like it. ``⟨…⟩`` is what must be masked.

Numbers are from ranges kept for examples or have valid check digits by arithmetic; nobody is meant.
"""

from __future__ import annotations

E_MAIL = (
    "write to ⟨anna.becker@kanzlei-becker.test⟩ please",
    "From: Max <⟨max+shop@example.org⟩>\nSubject: offer",
    "cc ⟨j.o'neill@firma.example⟩ and ⟨b_c@sub.domain.co.uk⟩",
    "mailto:⟨info@muster-gmbh.de⟩?subject=Hallo",
    "assignee: ⟨L.Okafor99@mail.example.com⟩;",
    "El correo es ⟨jose.perez@empresa.es⟩.",
    "(⟨marie-claire@exemple.fr⟩)",
    '{"email": "⟨kunde7@shop.example⟩", "id": 7}',
    "contact=⟨support@my-company.io⟩&x=1",
    "Die Adresse ⟨büro@müller.example⟩ bounct",
    "user ⟨first.last@xn--mller-kva.example⟩ failed",
    "last one:⟨a1@b2.ch⟩",
)

PHONE = (
    "call me at ⟨+49 30 901820⟩ tomorrow",
    "Tel. ⟨030 / 9018 2033⟩",
    "mobile: ⟨+49 171 1234567⟩",
    "Phone ⟨+1 (415) 555-2671⟩ ext",
    "ring ⟨+44 20 7946 0958⟩",
    "WhatsApp ⟨+34 612 345 678⟩",
    "Téléphone : ⟨+33 1 42 68 53 00⟩",
    "Mein Handy: ⟨0171 1234567⟩",
    "numéro de téléphone ⟨01 42 68 53 00⟩",
    "phone: ⟨(415) 555-2671⟩",
    "teléfono ⟨612 34 56 78⟩",
    "tel:⟨+4930901820⟩",
    "Rückruf unter ⟨+43 1 53115 0⟩ bitte",
)

IBAN = (
    "IBAN ⟨DE89 3704 0044 0532 0130 00⟩",
    "please pay to ⟨DE89370400440532013000⟩ by friday",
    "⟨GB82 WEST 1234 5698 7654 32⟩",
    "compte ⟨FR14 2004 1010 0505 0001 3M02 606⟩",
    "cuenta ⟨ES91 2100 0418 4502 0005 1332⟩",
    '{"iban":"⟨NL91ABNA0417164300⟩"}',
    "Konto ⟨AT61 1904 3002 3457 3201⟩ bei der Bank",
    "⟨CH93 0076 2011 6238 5295 7⟩.",
    "⟨IT60X0542811101000000123456⟩",
    "iban=⟨BE68539007547034⟩",
)

ADDRESSES = (
    "the server is at ⟨203.0.113.57⟩ now",
    "ssh root@⟨198.51.100.23⟩",
    "denied for ⟨85.214.132.117⟩:5432",
    "http://⟨10.20.30.40⟩:8080/health",
    "x-forwarded-for: ⟨91.12.44.250⟩, ⟨172.16.4.9⟩",
    "allow ⟨192.168.178.21⟩;",
    "ping6 ⟨2001:db8:85a3::8a2e:370:7334⟩",
    "listening on [⟨2a01:4f8:c17:b8f::2⟩]:443",
    "AAAA ⟨2001:0db8:0000:0000:0000:ff00:0042:8329⟩",
    "link-local ⟨fe80::1ff:fe23:4567:890a⟩",
    "client ⟨2003:e8:5f1a:7e00:1c2d:3e4f:5a6b:7c8d⟩ timed out",
)

HARDWARE = (
    "ether ⟨00:1a:2b:3c:4d:5e⟩ txqueuelen 1000",
    "MAC ⟨A4-83-E7-12-34-56⟩",
    "host printer { hardware ethernet ⟨08:00:27:ab:cd:ef⟩; }",
    "arp: ⟨dc:a6:32:0f:1e:2d⟩ on eth0",
    "wol ⟨3c:52:82:aa:bb:cc⟩",
    "Cisco style ⟨001a.2b3c.4d5e⟩",
)

PERSONAL: dict[str, tuple[str, ...]] = {
    "e-mail": E_MAIL,
    "phone": PHONE,
    "iban": IBAN,
    "ip-address": ADDRESSES,
    "mac-address": HARDWARE,
}

NOT_PERSONAL = (
    "npm install @types/node@20.11.5",
    "git@github.com:org/repo.git is how I clone",
    "@app.route('/x') def f(): pass",
    "version 1.2.3.4 of the driver",
    "127.0.0.1 and ::1 and 0.0.0.0 are not the outside world",
    "netmask 255.255.255.0",
    "std::vector<int>::iterator it",
    "a::b::c::d in Rust",
    "12:34:56 is a time, 12:34:56:78 a time code",
    "the year 2023-2024, order 2024-0012345",
    "ISBN 978-3-16-148410-0",
    "take 0,5 l and 250 g at 180 degrees",
    "1234567890 rows in 0.25 s",
    "sha 3f786850e387550fdab836ed7e6dc881de23001b",
    "DE89 was the road, 3704 the house",
    "coordinates 52.5200, 13.4050",
    "UUID 550e8400-e29b-41d4-a716-446655440000",
    "resolve 8.8.8.8 with dig",
    "float x = 3.14159265358979;",
    "pixels 1920 1080 2560 1440",
    "from 100 200 300 400 choose",
    "#ff00aa:00bb11 is no address",
    "GET /v1/users/1234567 200 0.123",
    "price 1 234 567,89 EUR",
    "port 49152-65535",
    "email@ is incomplete, so is @example",
)
