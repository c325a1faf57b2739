import assert from "node:assert/strict";
import { test } from "node:test";
const { SettingsError, keyFor, permissionFor, serverAddress } = await import(`${process.env.EXTENSION}/settings.js`);

test("an address is kept without a slash at its end", () => {
  assert.equal(serverAddress(" http://127.0.0.1:8000/ "), "http://127.0.0.1:8000");
  assert.equal(serverAddress("https://Desk.Example/wire//"), "https://desk.example/wire");
});

for (const typed of ["", "desk.example", "ftp://desk.example", "javascript:alert(1)", "https://me:pw@desk.example", "https://desk.example/?k=1", "https://desk.example/#x"]) {
  test(`“${typed}” is refused`, () => assert.throws(() => serverAddress(typed), SettingsError));
}

test("a permission covers one host, and no port, since Firefox knows none", () => {
  assert.deepEqual(permissionFor("http://127.0.0.1:8000"), { origins: ["http://127.0.0.1/*"] });
  assert.deepEqual(permissionFor("https://desk.example/wire"), { origins: ["https://desk.example/*"] });
});

test("a key goes over https or stays on this machine", () => {
  assert.equal(keyFor("https://desk.example", " wk-1 "), "wk-1");
  for (const host of ["localhost", "127.0.0.1", "127.9.9.9", "[::1]"]) assert.equal(keyFor(`http://${host}:8000`, "wk-1"), "wk-1");
  for (const host of ["desk.example", "10.0.0.4", "127.0.0.1.evil.example", "localhost.evil.example"]) {
    assert.throws(() => keyFor(`http://${host}`, "wk-1"), SettingsError);
  }
  assert.equal(keyFor("http://desk.example", "  "), null);
});

for (const key of ["wk 1", "wk\n1", "schlüssel"]) {
  test(`the key ${JSON.stringify(key)} cannot be sent`, () => assert.throws(() => keyFor("https://desk.example", key), SettingsError));
}
