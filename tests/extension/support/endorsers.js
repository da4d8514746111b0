// People who answer a request for an endorsement, some of them with words that attack what reads them.
import { cleaned, contactOf, described, makeKey, oneLine, signed } from "../../../server/skilltrail/exporters/endorsement_page.js";

export const HOSTILE = [
  "Plain words.",
  'She said "done" \\ and \'so\' it was; \\u0041 \\n stays as it is.',
  "Two lines\r\nand\ta tab\rand a return\n\n\nend",
  "\u0000\u0001\u0007\b\u000b\f\u001b\u007f\u0085 control signs",
  "🚀 👩‍👩‍👧‍👦 🏳️‍🌈 e\u0301 \u{1f9d1}\u200d\u{1f4bb} 𝔘𝔫𝔦",
  "שלום עולם \u202eevil\u202c \u2066iso\u2069 مرحبا",
  "<script>alert(1)</script></script><!-- --> ]]> & &amp; <img src=x onerror=alert(1)>",
  "\ud800 lone \udc00 halves \ufffe\uffff\ufeff and separators \u2028\u2029",
  "x-slot-name-x urn:x-slot:id {{comment}} ${name} %s @context _:c14n0 <urn:uuid:1> .",
  "__proto__ constructor toString",
  "Ω".repeat(1_900),
];
export const CONTACTS = ["example.com", "https://github.com/mia", "mia@client.example", "müller.example/über?x=\"1\"|{}<>", "http://client.example/a%20b#c"];

/**
 * Signed answers to a request: every hostile text as comment and as name, every kind of contact.
 * @param {any} request the data of the page
 */
export async function answers(request) {
  const found = [];
  for (const [number, text] of HOSTILE.entries()) {
    const ticked = request.asked.statements.slice(0, number % 4);
    const said = {
      comment: cleaned(text),
      name: oneLine(text).slice(0, 120),
      description: described(request.about, request.words.confirmed, ticked),
      ...contactOf(CONTACTS[number % CONTACTS.length]),
    };
    const made = { id: `urn:uuid:${crypto.randomUUID()}`, date: `${request.asked.made_on}T12:00:00Z` };
    found.push(await signed(request, await makeKey(), said, made));
  }
  return found;
}

/** @param {string} page */
export const requestOf = (page) => JSON.parse(page.split('id="request">')[1].split("</script>")[0]);
