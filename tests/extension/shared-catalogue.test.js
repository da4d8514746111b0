import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { test } from "node:test";
import { EXTENSION_FILES, PAGE_FILES } from "../fixtures/capture/files.js";

const ROOT = new URL("../../", import.meta.url);
const read = (path) => readFileSync(new URL(path, ROOT), "utf8");
const catalogue = (language) => JSON.parse(read(`_locales/${language}/messages.json`));
const english = catalogue("en");
const manifest = JSON.parse(read("manifest.json"));

/** All our own files below extension/ with one of the endings. */
function sources(...endings) {
  return readdirSync(new URL("extension/", ROOT), { recursive: true })
    .filter((path) => endings.some((ending) => path.endsWith(ending)))
    .map((path) => ({ path, text: read(`extension/${path}`) }));
}

/** Every key that a page, a script or the manifest asks for by name. */
function askedFor() {
  const keys = new Set();
  const collect = (text, pattern) => [...text.matchAll(pattern)].forEach((match) => keys.add(match[1]));
  for (const { text } of sources(".html")) collect(text, /data-i18n(?:-label|-placeholder)?="(\w+)"/g);
  for (const { text } of sources(".js")) {
    collect(text, /\bt\(\s*"(\w+)"/g);
    for (const [, key] of text.matchAll(/\bplural\(\s*"(\w+)"/g)) for (const form of ["one", "other"]) keys.add(`${key}_${form}`);
  }
  collect(read("manifest.json"), /__MSG_(\w+)__/g);
  return keys;
}

/** String literals that look like keys, for those that are looked up in a table. */
function literals() {
  return new Set(sources(".js").flatMap(({ text }) => [...text.matchAll(/"([a-z]+(?:_[a-z]+)+)"/g)].map((match) => match[1])));
}

for (const language of ["de", "es"]) {
  test(`the catalogue in ${language} has the same messages with the same places for values`, () => {
    const other = catalogue(language);
    const places = (text) => [...new Set(text.match(/\$\d/g))].sort();

    assert.equal(other["language_tag"].message, language);
    assert.deepEqual(Object.keys(other), Object.keys(english));
    for (const [key, { message }] of Object.entries(english)) {
      assert.ok(message.trim() !== "" && other[key].message.trim() !== "", `${key} is empty`);
      assert.deepEqual(places(other[key].message), places(message), key);
      assert.doesNotMatch(other[key].message, /[<>]/, key);
    }
    // The store takes no longer one.
    assert.ok(other["extension_description"].message.length <= 132);
  });
}

test("every message that is asked for exists", () => {
  const missing = [...askedFor()].filter((key) => !(key in english));

  assert.deepEqual(missing, []);
});

test("every key in a table of messages exists", () => {
  const prefixes = ["problem", "action", "badge", "popup", "welcome", "trouble", "options", "link", "fix", "reason", "exclude", "device"];
  const notMessages = new Set(["device_id"]);
  const keys = [...literals()].filter((key) => prefixes.includes(key.split("_")[0]) && !notMessages.has(key));

  const missing = keys.filter((key) => !(key in english) && !(`${key}_other` in english));

  assert.ok(keys.length > 80);
  assert.deepEqual(missing, []);
});

test("no message lies unused", () => {
  const used = new Set([...askedFor(), ...literals()]);

  assert.deepEqual(
    Object.keys(english).filter((key) => !used.has(key)),
    [],
  );
});

test("every file that the manifest names exists below extension/", () => {
  const paths = [
    ...Object.values(manifest.icons),
    ...Object.values(manifest.action.default_icon),
    manifest.action.default_popup,
    manifest.options_ui.page,
    manifest.background.service_worker,
    ...manifest.background.scripts,
    ...manifest.content_scripts.flatMap(({ js }) => js),
  ];

  for (const path of paths) {
    assert.ok(path.startsWith("extension/"), path);
    assert.ok(read(path).length > 0, path);
  }
});

test("the manifest asks for no more than it needs", () => {
  assert.deepEqual(manifest.permissions, ["storage", "unlimitedStorage", "alarms"]);
  assert.deepEqual(manifest.host_permissions, ["http://127.0.0.1/*", "https://chatgpt.com/*", "https://chat.openai.com/*"]);
  assert.deepEqual(manifest.externally_connectable, { ids: [] });
  assert.equal(manifest.incognito, "not_allowed");
  for (const none of ["web_accessible_resources", "optional_permissions", "optional_host_permissions"]) assert.equal(manifest[none], undefined);
});

test("the capture scripts see the same pages in both worlds", () => {
  const [main, isolated] = manifest.content_scripts;

  assert.deepEqual(main.matches, isolated.matches);
  assert.deepEqual([main.world, main.run_at, isolated.run_at], ["MAIN", "document_start", "document_start"]);
});

test("the manifest loads the capture scripts that the tests load, in their order", () => {
  const [main, isolated] = manifest.content_scripts;
  const paths = (files) => files.map((file) => `extension/capture/${file}`);

  assert.deepEqual(main.js, paths(PAGE_FILES));
  assert.deepEqual(isolated.js, paths(EXTENSION_FILES));
});

test("pages have no inline script and no inline style", () => {
  for (const { path, text } of sources(".html")) {
    assert.doesNotMatch(text, /<style|\sstyle=|\son[a-z]+=|<script(?![^>]*\ssrc=)/, path);
  }
});

test("only the client of the service has an address and fetches", () => {
  for (const { path, text } of sources(".js")) {
    if (path.startsWith("capture") || path.endsWith("server-client.js")) continue;
    assert.equal(/http:\/\/(?!www\.w3\.org\/)|\bfetch\(/.test(text), false, path);
  }
});

test("extension and development tools carry one version", () => {
  assert.equal(manifest.version, JSON.parse(read("package.json")).version);
});

test("the lock file names no registry", () => {
  assert.doesNotMatch(read("package-lock.json"), /"resolved"|https?:\/\/registry/);
});
