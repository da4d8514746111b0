/** The actions of the extension's pages over a fake browser that remembers what was asked. */
export async function act() {
  const asked = [];
  globalThis.chrome.runtime = {
    getManifest: () => ({ host_permissions: [] }),
    sendMessage: async ({ type }) => {
      asked.push(type);
      return { ok: true, problem: { code: "server_away" } };
    },
  };
  const { act: run } = await import("../../../extension/shared/actions.js");
  return { asked, run };
}
